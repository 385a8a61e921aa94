import { makeWriter, writeBytes, writeU8, written } from './byte-writer.ts';
import { type Name, NameError, parseName, ROOT } from './name.ts';

/** One word of a zone file as it was written, escapes kept, quotes taken off. Lines and columns count from 1. */
export type Token = { text: string; quoted: boolean; line: number; column: number };

const ENCODER = new TextEncoder();

/** Why a text is no RDATA of its type. The message says what is wrong and what would be right. */
export class RdataError extends Error {
  readonly code = 'bad-rdata';
  /** The word that is wrong; undefined where one is missing. */
  readonly token: Token | undefined;
  constructor(message: string, token?: Token) {
    super(message);
    this.name = 'RdataError';
    this.token = token;
  }
}

/** The bytes of a word: `\DDD` is a byte, `\X` the character itself, everything else its UTF-8 (RFC 1035 §5.1). @throws RdataError */
export function bytesOf(token: Token): Uint8Array {
  const { text } = token;
  if (!text.includes('\\')) return ENCODER.encode(text);
  const out = makeWriter(text.length);
  for (let index = 0; index < text.length; ) {
    if (text[index] !== '\\') {
      const backslash = text.indexOf('\\', index);
      const end = backslash === -1 ? text.length : backslash;
      writeBytes(out, ENCODER.encode(text.slice(index, end)));
      index = end;
      continue;
    }
    const digits = /^[0-9]{3}/.exec(text.slice(index + 1, index + 4))?.[0];
    if (digits !== undefined && Number(digits) < 256) {
      writeU8(out, Number(digits));
      index += 4;
    } else if (digits !== undefined || index + 1 >= text.length || /[0-9]/.test(text[index + 1]!)) {
      throw new RdataError(
        `"${text}" has a bad escape: use \\DDD with 000 to 255, or \\ and a character`,
        token,
      );
    } else {
      const character = String.fromCodePoint(text.codePointAt(index + 1)!);
      writeBytes(out, ENCODER.encode(character));
      index += 1 + character.length;
    }
  }
  return written(out);
}

/** Bytes as a quoted string, on one line and in ASCII. */
export function quote(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${String(byte).padStart(3, '0')}`;
  }
  return `${text}"`;
}

/** A domain name in a zone file: `@`, absolute (with a final dot), or relative to `origin`. @throws RdataError */
export function nameOf(token: Token, origin: Name): Name {
  const { text, quoted } = token;
  if (text === '@' && !quoted) return origin;
  const ending = /(\\*)(\.?)$/.exec(text)!;
  const escaped = ending[1]!.length % 2 === 1;
  const absolute = ending[2] === '.' && !escaped;
  try {
    if (absolute || text === '' || (escaped && ending[2] === '')) return parseName(text);
    return parseName(origin === ROOT ? `${text}.` : `${text}.${origin}`);
  } catch (error) {
    if (error instanceof NameError) throw new RdataError(error.message, token);
    throw error;
  }
}
