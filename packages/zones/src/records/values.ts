import { NameError, RdataError, ROOT, rdataFromText } from '@pointsman/core/dns';
import { decimalEscapes, nameMistake } from './names.ts';

/** The types of record sets: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html */
export const RECORD_TYPES = [
  'A',
  'AAAA',
  'CAA',
  'CNAME',
  'DS',
  'HTTPS',
  'MX',
  'NAPTR',
  'NS',
  'PTR',
  'SOA',
  'SPF',
  'SRV',
  'SSHFP',
  'SVCB',
  'TLSA',
  'TXT',
] as const;
const KNOWN = new Set<string>(RECORD_TYPES);

export function isRecordType(type: string): boolean {
  return KNOWN.has(type);
}

/** Types whose one value is a name, how many fields the others have, and the word for the number. */
const NAMES = new Set(['CNAME', 'NS', 'PTR']);
const FIELDS: Record<string, readonly [count: number, word: string]> = {
  CAA: [3, '3'],
  DS: [4, '4'],
  MX: [2, '2'],
  NAPTR: [6, '6'],
  SOA: [7, '7'],
  SRV: [4, '4'],
  SSHFP: [3, '3'],
  TLSA: [4, '4'],
};
const WORDS = ['Zero', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven'];
const LONGEST_STRING = 255;

/** The value of a record in wire form; its names are absolute with or without the final dot. @throws RdataError, NameError */
export function valueToWire(type: string, value: string): Uint8Array {
  const text = decimalEscapes(isText(type) ? spaced(value) : value);
  if (/^\s*\\#/.test(text)) throw new RdataError('the generic form of RFC 3597 is not taken');
  return rdataFromText(type, text, ROOT);
}

/** AWS's words for what is wrong with a value of a type; undefined where nothing is. */
export function valueMistake(type: string, value: string): string | undefined {
  const problem = problemOf(type, value);
  if (problem === undefined) return undefined;
  return `Invalid Resource Record: '${problem}'`;
}

function problemOf(type: string, value: string): string | undefined {
  const fatal = (code: string, words: string) =>
    `FATAL problem: ${code} (${words}) encountered with '${value}'`;
  const unsupported = [...value].some((character) => character < ' ' || character > '~');
  if (unsupported) return fatal('UnsupportedCharacter', 'Value contains unsupported characters');
  if (isText(type)) return stringsProblem(value, fatal);
  if (NAMES.has(type)) {
    if (/\s/.test(value.trim())) return fatal('RRDATANotSingleField', 'Value contains spaces');
    return nameMistake(value.trim()) ?? general(type, value, fatal);
  }
  const fields = FIELDS[type];
  if (fields && countFields(value) !== fields[0]) {
    return fatal(
      `${type}RRDATANot${WORDS[fields[0]]}Fields`,
      `${type} record doesn't have ${fields[1]} fields`,
    );
  }
  return general(type, value, fatal);
}

type Fatal = (code: string, words: string) => string;

function general(type: string, value: string, fatal: Fatal): string | undefined {
  try {
    valueToWire(type, value);
    return undefined;
  } catch (error) {
    if (!(error instanceof RdataError || error instanceof NameError)) throw error;
    if (type === 'A') return fatal('ARRDATAIllegalIPv4Address', 'Value is not a valid IPv4 address');
    if (type === 'AAAA') return fatal('AAAARRDATAIllegalIPv6Address', 'Value is not a valid IPv6 address');
    return fatal(`${type}RRDATAInvalid`, error.message);
  }
}

/** One or more strings in quotation marks, with blanks between them or none; `\"`, `\\` and `\ooo` inside. */
function stringsProblem(value: string, fatal: Fatal): string | undefined {
  const rest = value.trim();
  if (!/^(?:\s*"(?:[^"\\]|\\[\s\S])*")+$/.test(rest)) {
    return fatal('InvalidCharacterString', 'Value should be enclosed in quotation marks');
  }
  const strings = [...rest.matchAll(/"((?:[^"\\]|\\[\s\S])*)"/g)].map((match) => match[1]!);
  const lengthOf = (text: string) => text.replace(/\\(?:[0-3][0-7]{2}|[\s\S])/g, '_').length;
  if (strings.some((text) => lengthOf(text) > LONGEST_STRING)) {
    return fatal('CharacterStringTooLong', 'Value is too long');
  }
  return general('TXT', value, fatal);
}

function isText(type: string): boolean {
  return type === 'TXT' || type === 'SPF';
}

/** Terraform writes long texts as `"a""b"`: strings of a zone file have blanks between them. */
function spaced(value: string): string {
  return value.replace(/"(?:[^"\\]|\\[\s\S])*"/g, (string) => `${string} `);
}

/** Words, a quoted string counting as one. */
function countFields(value: string): number {
  return value.match(/(?:"(?:[^"\\]|\\[\s\S])*"|\S)+/g)?.length ?? 0;
}
