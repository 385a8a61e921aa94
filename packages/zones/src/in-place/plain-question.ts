import { CLASS_IN, type Name, OPCODE_QUERY, typeMnemonic } from '@pointsman/core/dns';

/**
 * The question of a plain query, read from its packet without a copy. Plain: opcode QUERY, one question of class IN for a name of letters, digits,
 * hyphens and underscores and a type that records have, and nothing else but an OPT record of version 0.
 */
export type PlainQuestion = {
  bytes: Uint8Array;
  /** Of the header in `bytes`. */
  offset: number;
  /** After the question section. */
  end: number;
  name: Name;
  type: string;
  edns: boolean;
  dnssecOk: boolean;
  /** The largest UDP response the client takes, bytes (512 without EDNS). */
  udpSize: number;
};

export const HEADER_SIZE = 12;
const OPT = 41;
const ANY = 255;
const DOT = 0x2e;

export function createPlainQuestion(): PlainQuestion {
  return {
    bytes: scratch,
    offset: 0,
    end: 0,
    name: '',
    type: '',
    edns: false,
    dnssecOk: false,
    udpSize: 512,
  };
}

/** False for all that is no plain query; the record then has nothing of it. */
export function readPlainQuestion(
  question: PlainQuestion,
  bytes: Uint8Array,
  offset: number,
  length: number,
): boolean {
  if (length < HEADER_SIZE + 5) return false;
  // QR and opcode; one question; no answers and authorities.
  if (bytes[offset + 2]! >> 3 !== OPCODE_QUERY || word(bytes, offset + 4) !== 1) return false;
  if (word(bytes, offset + 6) !== 0 || word(bytes, offset + 8) !== 0) return false;
  const additionals = word(bytes, offset + 10);
  const limit = offset + length;
  const start = offset + HEADER_SIZE;
  const name = readPlainName(bytes, start, limit);
  if (name === undefined) return false;
  // A plain name has as many characters as bytes before its root label.
  const at = start + name.length + 1;
  if (at + 4 > limit || word(bytes, at + 2) !== CLASS_IN) return false;
  const type = word(bytes, at);
  if (type === 0 || type === OPT || (type >= 128 && type <= ANY)) return false;
  question.bytes = bytes;
  question.offset = offset;
  question.end = at + 4;
  question.name = name;
  question.type = typeMnemonic(type);
  question.edns = additionals === 1;
  question.dnssecOk = false;
  question.udpSize = 512;
  return additionals === 0 || (additionals === 1 && readOpt(question, bytes, at + 4, limit));
}

/** One OPT record of version 0, whose options are well formed; they say nothing to an authority. */
function readOpt(question: PlainQuestion, bytes: Uint8Array, at: number, limit: number): boolean {
  if (at + 11 > limit || bytes[at] !== 0 || word(bytes, at + 1) !== OPT || bytes[at + 6] !== 0) return false;
  const end = at + 11 + word(bytes, at + 9);
  if (end > limit) return false;
  let option = at + 11;
  while (option + 4 <= end) option += 4 + word(bytes, option + 2);
  if (option !== end) return false;
  question.udpSize = Math.max(512, word(bytes, at + 3));
  question.dnssecOk = (bytes[at + 7]! & 0x80) !== 0;
  return true;
}

const scratch = Buffer.alloc(256);

/** What a canonical name has for a byte of a label; 0 where it would need an escape, or is rare. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => {
  const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
  return /[a-z0-9_*-]/.test(String.fromCharCode(lower)) ? lower : 0;
});

/** An uncompressed name of plain labels, not the root, in canonical form; undefined for any other bytes. */
export function readPlainName(bytes: Uint8Array, start: number, limit: number): Name | undefined {
  let at = start;
  let written = 0;
  for (;;) {
    if (at >= limit) return undefined;
    const length = bytes[at++]!;
    if (length === 0) break;
    if (length > 63 || written + length + 2 > 255 || at + length > limit) return undefined;
    for (const end = at + length; at < end; at++) {
      const plain = PLAIN[bytes[at]!]!;
      if (plain === 0) return undefined;
      scratch[written++] = plain;
    }
    scratch[written++] = DOT;
  }
  return written === 0 ? undefined : scratch.toString('latin1', 0, written);
}

export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
