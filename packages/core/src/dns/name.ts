/**
 * Domain names.
 *
 * A `Name` is a string in canonical form: absolute (ends in a dot), lower-cased (ASCII only, RFC 4343), with every
 * byte outside printable ASCII, and every `.` and `\` inside a label, written as `\.`, `\\` or `\DDD` (RFC 1035 §5.1).
 * Two names are the same name exactly when the strings are equal. The root is `.`.
 */
export type Name = string;

export const ROOT: Name = '.';

/** Why a text is no domain name. `code` is stable; the message is for people. */
export class NameError extends Error {
  readonly code:
    | 'empty-label'
    | 'label-too-long'
    | 'name-too-long'
    | 'bad-escape'
    | 'not-ascii'
    | 'empty-name';
  constructor(code: NameError['code'], message: string) {
    super(message);
    this.name = 'NameError';
    this.code = code;
  }
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** How each byte of a label is written in a canonical name. */
const PRESENTATION = Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x41 && byte <= 0x5a) return String.fromCharCode(byte + 32);
  if (byte === DOT || byte === BACKSLASH) return `\\${String.fromCharCode(byte)}`;
  return byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`;
});

/**
 * Presentation text → wire form (length-prefixed labels, root byte last), case kept. A missing final dot is added.
 * @throws NameError
 */
export function nameToWire(text: string): Uint8Array {
  if (text === ROOT) return Uint8Array.of(0);
  if (text === '') throw new NameError('empty-name', 'a domain name cannot be empty');
  const wire = new Uint8Array(256);
  let labelStart = 0;
  let end = 1;
  let index = 0;
  const closeLabel = () => {
    const length = end - labelStart - 1;
    if (length === 0) throw new NameError('empty-label', `"${text}" has an empty label`);
    if (length > 63) throw new NameError('label-too-long', `"${text}" has a label of over 63 bytes`);
    wire[labelStart] = length;
    labelStart = end++;
  };
  while (index < text.length) {
    let byte = text.charCodeAt(index++);
    if (byte > 0x7f) throw notAscii(text);
    if (byte === DOT) {
      closeLabel();
      continue;
    }
    if (byte === BACKSLASH) {
      const digits = /^[0-9]{3}/.exec(text.slice(index, index + 3))?.[0];
      if (digits !== undefined && Number(digits) < 256) {
        byte = Number(digits);
        index += 3;
      } else if (digits !== undefined || index >= text.length || /[0-9]/.test(text[index]!)) {
        throw new NameError(
          'bad-escape',
          `"${text}" has a bad escape: use \\DDD with 000 to 255, or \\ and a character`,
        );
      } else {
        byte = text.charCodeAt(index++);
        if (byte > 0x7f) throw notAscii(text);
      }
    }
    if (end > 254) throw new NameError('name-too-long', `"${text}" is longer than 255 bytes`);
    wire[end++] = byte;
  }
  if (end - labelStart > 1) closeLabel();
  if (labelStart > 254) throw new NameError('name-too-long', `"${text}" is longer than 255 bytes`);
  wire[labelStart] = 0;
  return wire.slice(0, labelStart + 1);
}

/**
 * Uncompressed wire form at `offset` → canonical name and the offset after it; undefined where the bytes are no name
 * (a compression pointer, a label that runs out of the buffer, more than 255 bytes).
 */
export function nameFromWire(wire: Uint8Array, offset = 0): { name: Name; end: number } | undefined {
  let text = '';
  let position = offset;
  for (;;) {
    const length = wire[position];
    if (length === undefined || length > 63 || position - offset + length + 1 > 255) return undefined;
    position++;
    if (length === 0) return { name: text === '' ? ROOT : text, end: position };
    if (position + length > wire.length) return undefined;
    for (const end = position + length; position < end; position++) text += PRESENTATION[wire[position]!];
    text += '.';
  }
}

/** Names of plain letters, digits and hyphens that are canonical as they stand: nearly all there are. */
const PLAIN = /^(?:[a-z0-9_-]{1,63}\.)+$/;

/** Any spelling → canonical name. @throws NameError */
export function parseName(text: string): Name {
  if (text.length <= 254 && PLAIN.test(text)) return text;
  return nameFromWire(nameToWire(text))!.name;
}

/** The labels of a canonical name, leftmost first, still escaped; none for the root. */
export function labelsOf(name: Name): string[] {
  return name === ROOT ? [] : (name.match(/(?:\\.|[^.\\])+/gs) ?? []);
}

/** `name` without its leftmost label; undefined for the root. */
export function parentOf(name: Name): Name | undefined {
  if (name === ROOT) return undefined;
  let dot = name.indexOf('.');
  while (isEscaped(name, dot)) dot = name.indexOf('.', dot + 1);
  return dot === -1 || dot === name.length - 1 ? ROOT : name.slice(dot + 1);
}

/** True where an odd number of backslashes stands before `index`. */
function isEscaped(name: Name, index: number): boolean {
  let start = index;
  while (name.charCodeAt(start - 1) === BACKSLASH) start--;
  return (index - start) % 2 === 1;
}

/** True where `name` equals `ancestor` or lies below it. */
export function isAtOrBelow(name: Name, ancestor: Name): boolean {
  if (ancestor === ROOT || name === ancestor) return true;
  const dot = name.length - ancestor.length - 1;
  return dot > 0 && name[dot] === '.' && !isEscaped(name, dot) && name.endsWith(ancestor);
}

function notAscii(text: string): NameError {
  return new NameError(
    'not-ascii',
    `"${text}" is not ASCII: write an IDN in its xn-- form, other bytes as \\DDD`,
  );
}
