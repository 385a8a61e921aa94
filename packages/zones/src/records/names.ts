import { type Name, NameError, nameFromWire, nameToWire, parseName } from '@pointsman/core/dns';

/**
 * Names and escapes as Route 53 writes them: bytes by three octal digits where zone files have decimal ones.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
 */

/** `\052` → `\042`: octal escapes to the decimal ones of RFC 1035. A backslash before any other character stays as it is. */
export function decimalEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:([0-3][0-7]{2})|([\s\S]?))/g, (match, octal: string | undefined) =>
    octal === undefined ? match : `\\${String(Number.parseInt(octal, 8)).padStart(3, '0')}`,
  );
}

/** A name as a client writes it, with or without the final dot. @throws NameError */
export function parseRoute53Name(text: string): Name {
  return parseName(decimalEscapes(text));
}

const PLAIN = /^[a-z0-9_.-]+$/;

/** As the API gives names: lower case, other bytes than a-z 0-9 - _ as `\ooo`. */
export function formatRoute53Name(name: Name): string {
  if (PLAIN.test(name)) return name;
  const wire = nameToWire(name);
  let text = '';
  for (let start = 0; wire[start] !== 0; start += wire[start]! + 1) {
    for (const byte of wire.subarray(start + 1, start + 1 + wire[start]!)) {
      const character = String.fromCharCode(byte);
      text += /[a-z0-9_-]/.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`;
    }
    text += '.';
  }
  return text;
}

/**
 * What names are ordered by: the bytes of their labels from the right, each with a dot after it, so that `*.` and `a-b.` stand before `a.`. A
 * dot inside a label would make two names alike: such a name has itself at the end, after a byte that sorts before all others.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
 */
export function sortKey(name: Name): string {
  if (PLAIN.test(name)) return `${name.slice(0, -1).split('.').reverse().join('.')}.`;
  const wire = nameToWire(name);
  const labels: string[] = [];
  for (let start = 0; wire[start] !== 0; start += wire[start]! + 1)
    labels.unshift(String.fromCharCode(...wire.subarray(start + 1, start + 1 + wire[start]!)));
  return `${labels.join('.')}.\0${name}`;
}

/** AWS's words for what is wrong with a name; undefined where nothing is. */
export function nameMistake(text: string): string | undefined {
  try {
    const name = parseRoute53Name(text);
    return nameFromWire(nameToWire(name)) ? undefined : text;
  } catch (error) {
    if (!(error instanceof NameError)) throw error;
    return `FATAL problem: ${MISTAKES[error.code]} encountered with '${text}'`;
  }
}

const MISTAKES: Record<NameError['code'], string> = {
  'empty-label': 'DomainLabelEmpty (Domain label is empty)',
  'empty-name': 'DomainLabelEmpty (Domain label is empty)',
  'label-too-long': 'DomainLabelTooLong (Domain label is too long)',
  'name-too-long': 'DomainNameTooLong (Domain name is too long)',
  'bad-escape': 'InvalidEscape (Value contains an invalid escape sequence)',
  'not-ascii': 'UnsupportedCharacter (Value contains unsupported characters)',
};
