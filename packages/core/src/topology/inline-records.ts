import {
  isMetaType,
  RdataError,
  type RecordSet,
  rdataFromText,
  typeMnemonic,
  typeNumber,
} from '../dns/index.ts';
import { type Name, NameError, parseName, ROOT } from '../dns/name.ts';
import { suggestion } from '../schema/nearest.ts';
import { type Path, showName, showValue } from '../schema/path.ts';
import type { Report } from './problem.ts';
import { DEFAULT_TTL } from './records.ts';
import type { InlineRecords } from './schema.ts';

const COMMON_TYPES = 'A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SRV SSHFP SVCB TLSA TXT'.split(' ');

/**
 * Records as a topology holds them: `{ www: { A: [10.10.1.20], ttl: 60 } }`. Names are relative to `origin` unless they end in a
 * dot, `@` is the origin; values are written as in a zone file.
 */
export function readInlineRecords(
  source: InlineRecords,
  origin: Name,
  path: Path,
  report: Report,
): { records: RecordSet[]; pathOf: (set: RecordSet) => Path } {
  const records: RecordSet[] = [];
  const paths = new Map<RecordSet, Path>();
  const owners = new Map<string, Path>();
  for (const [key, { ttl, ...types }] of Object.entries(source)) {
    const name = readOwner(key, origin, [...path, key], report);
    if (name === undefined) continue;
    for (const [word, values] of Object.entries(types)) {
      const at = [...path, key, word];
      const type = readType(word, at, report);
      if (type === undefined) continue;
      const earlier = owners.get(`${name} ${type}`);
      if (earlier) {
        const message = `${showName(name)} has its ${type} records at ${showValue(earlier.at(-2))} already`;
        report({
          code: 'duplicate-record-set',
          path: at,
          at: 'key',
          message,
          remedy: 'write them in one list',
        });
        continue;
      }
      owners.set(`${name} ${type}`, at);
      const data = readValues(type, values as readonly string[], origin, at, report);
      if (data.length === 0) continue;
      const set: RecordSet = { name, type, ttl: ttl ?? DEFAULT_TTL, data };
      records.push(set);
      paths.set(set, at);
    }
  }
  return { records, pathOf: (set) => paths.get(set)! };
}

function readOwner(key: string, origin: Name, path: Path, report: Report): Name | undefined {
  try {
    if (key === '@') return origin;
    return parseName(/(?<!\\)(?:\\\\)*\.$/.test(key) || origin === ROOT ? key : `${key}.${origin}`);
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
    const remedy =
      'write a name relative to the zone, @ for the zone itself, or a full name with a final dot';
    report({ code: 'bad-name', path, at: 'key', value: key, message: error.message, remedy });
    return undefined;
  }
}

/** The mnemonic of a type that records can have, however it was written: `TYPE1` is `A`. */
function readType(word: string, path: Path, report: Report): string | undefined {
  const code = word === word.toUpperCase() ? typeNumber(word) : undefined;
  if (code !== undefined && !isMetaType(code)) return typeMnemonic(code);
  report({
    code: 'unknown-type',
    path,
    at: 'key',
    value: word,
    message: `${showValue(word)} is not a type of records`,
    remedy: suggestion(word, COMMON_TYPES, 'type'),
  });
  return undefined;
}

function readValues(
  type: string,
  values: readonly string[],
  origin: Name,
  path: Path,
  report: Report,
): Uint8Array[] {
  if (values.length === 0) {
    const message = 'has no values';
    report({
      code: 'bad-record',
      path,
      value: values,
      message,
      remedy: 'write one value at least, or remove the type',
    });
  }
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    const at = [...path, index];
    try {
      const data = rdataFromText(type, value, origin);
      const key = data.join();
      if (seen.has(key)) {
        report({
          code: 'duplicate-record',
          path: at,
          value,
          message: 'is there already',
          remedy: 'write it once',
        });
        return [];
      }
      seen.add(key);
      return [data];
    } catch (error) {
      if (!(error instanceof RdataError || error instanceof NameError)) throw error;
      const message = `${showValue(value)} is no ${type} record: ${error.message}`;
      report({ code: 'bad-record', path: at, value, message, remedy: 'write it as in a zone file' });
      return [];
    }
  });
}
