/** Writes responses: the client's own header and question, then what is known, cut to what the client takes. */
import type { Answer, CacheHit } from '../cache/cache.ts';
import {
  BODY_AND_TAIL,
  COUNTS,
  ENTRY_WORDS,
  FLAG_AUTHENTIC,
  KEY_AND_TTLS,
  RCODE_AND_FLAGS,
} from '../cache/layout.ts';
import type { Query } from './query.ts';
import { AD, CD, copy, HEADER_SIZE, put16, put32, QR, RA, RD, TC, TYPE_OPT, u32 } from './wire.ts';

/** What we take by UDP: fits in any IPv6 path without fragments (DNS flag day 2020). */
export const OUR_UDP_SIZE = 1232;

/** TTL of a stale answer, seconds (RFC 8767 §4). */
export const STALE_TTL = 30;

const OPT_SIZE = 11;
const NO_TAIL = new Uint8Array(0);

/** The part of a query that its response repeats or obeys. */
export type Asked = Pick<Query, 'bytes' | 'offset' | 'id' | 'flags' | 'questionEnd' | 'edns' | 'dnssecOk'>;

/**
 * Writes the answer that `hit` points to; returns its length. `age` in seconds, or undefined for a stale answer, that
 * goes with the extended error `staleFor`. The caller checks `isIntact` afterwards: until then the entry may be anything, so every length is checked against the limit.
 */
export function writeCached(
  out: Uint8Array,
  at: number,
  limit: number,
  asked: Asked,
  authentic: boolean,
  hit: CacheHit,
  age: number | undefined,
  staleFor: Uint8Array = NO_TAIL,
): number {
  const { words, bytes, halves } = hit.shard;
  const entry = hit.at;
  const keyAndTtls = words[entry + KEY_AND_TTLS]!;
  const lengths = words[entry + BODY_AND_TAIL]!;
  const counts = words[entry + COUNTS]!;
  const status = words[entry + RCODE_AND_FLAGS]!;
  const bodyLength = lengths & 0xffff;
  const entryTail = lengths >>> 16;
  const tailLength = age === undefined ? staleFor.length : entryTail;
  const keyWords = ((keyAndTtls & 0xffff) + 3) >> 2;
  const bodyStart = (entry + ENTRY_WORDS + keyWords) << 2;
  const rcode = status & 0xffff;
  const authenticData = authentic && (status >>> 16) & FLAG_AUTHENTIC ? AD : 0;
  const questionLength = asked.questionEnd - asked.offset - HEADER_SIZE;
  const optLength = asked.edns ? OPT_SIZE + tailLength : 0;
  if (HEADER_SIZE + questionLength + bodyLength + optLength > limit) {
    return writeTruncated(out, at, asked, rcode, authenticData);
  }
  let to = writeHead(out, at, asked, rcode, authenticData, counts & 0xffff, counts >>> 16);
  for (let index = 0; index < bodyLength; index++) out[to + index] = bytes[bodyStart + index]!;
  const firstTtl = (bodyStart + bodyLength + entryTail + 1) >> 1;
  for (let index = 0, count = keyAndTtls >>> 16; index < count; index++) {
    countDown(out, to, halves[firstTtl + index]!, bodyLength, age);
  }
  to += bodyLength;
  if (!asked.edns) return to - at;
  to =
    age === undefined
      ? writeOpt(out, to, asked.dnssecOk, rcode, staleFor, 0, tailLength)
      : writeOpt(out, to, asked.dnssecOk, rcode, bytes, bodyStart + bodyLength, tailLength);
  return to - at;
}

/** Writes a fresh answer; returns its length. */
export function writeAnswer(
  out: Uint8Array,
  at: number,
  limit: number,
  asked: Asked,
  authentic: boolean,
  answer: Answer,
): number {
  const { bodyLength, tailLength, rcode } = answer;
  const authenticData = authentic && answer.flags & FLAG_AUTHENTIC ? AD : 0;
  const questionLength = asked.questionEnd - asked.offset - HEADER_SIZE;
  const optLength = asked.edns ? OPT_SIZE + tailLength : 0;
  if (HEADER_SIZE + questionLength + bodyLength + optLength > limit) {
    return writeTruncated(out, at, asked, rcode, authenticData);
  }
  let to = writeHead(out, at, asked, rcode, authenticData, answer.answers, answer.authorities);
  copy(answer.body, answer.bodyStart, out, to, bodyLength);
  to += bodyLength;
  if (asked.edns) to = writeOpt(out, to, asked.dnssecOk, rcode, answer.tail, 0, tailLength);
  return to - at;
}

/** Writes a response without records: an RCODE and, for a client with EDNS, an extended error. Returns its length. */
export function writeRcode(
  out: Uint8Array,
  at: number,
  asked: Asked,
  rcode: number,
  extendedError: Uint8Array = NO_TAIL,
): number {
  let to = writeHead(out, at, asked, rcode, 0, 0, 0);
  if (asked.edns) to = writeOpt(out, to, asked.dnssecOk, rcode, extendedError, 0, extendedError.length);
  return to - at;
}

function writeTruncated(out: Uint8Array, at: number, asked: Asked, rcode: number, bits: number): number {
  let to = writeHead(out, at, asked, rcode, TC | bits, 0, 0);
  if (asked.edns) to = writeOpt(out, to, asked.dnssecOk, rcode, NO_TAIL, 0, 0);
  return to - at;
}

/** Header and question; returns the offset after them. The opcode is repeated, for NOTIMP. */
function writeHead(
  out: Uint8Array,
  at: number,
  asked: Asked,
  rcode: number,
  bits: number,
  answers: number,
  authorities: number,
): number {
  put16(out, at, asked.id);
  put16(out, at + 2, QR | RA | bits | (asked.flags & (0x7800 | RD | CD)) | (rcode & 15));
  const start = asked.offset + HEADER_SIZE;
  const length = asked.questionEnd - start;
  put16(out, at + 4, length > 0 ? 1 : 0);
  put16(out, at + 6, answers);
  put16(out, at + 8, authorities);
  put16(out, at + 10, asked.edns ? 1 : 0);
  const { bytes } = asked;
  const to = at + HEADER_SIZE;
  for (let index = 0; index < length; index++) out[to + index] = bytes[start + index]!;
  return to + length;
}

/** RFC 6891 §6.1.2; returns the offset after it. */
function writeOpt(
  out: Uint8Array,
  at: number,
  dnssecOk: boolean,
  rcode: number,
  options: Uint8Array,
  optionsStart: number,
  optionsLength: number,
): number {
  out[at] = 0;
  put16(out, at + 1, TYPE_OPT);
  put16(out, at + 3, OUR_UDP_SIZE);
  out[at + 5] = rcode >> 4;
  out[at + 6] = 0;
  out[at + 7] = dnssecOk ? 0x80 : 0;
  out[at + 8] = 0;
  put16(out, at + 9, optionsLength);
  copy(options, optionsStart, out, at + OPT_SIZE, optionsLength);
  return at + OPT_SIZE + optionsLength;
}

function countDown(
  out: Uint8Array,
  body: number,
  offset: number,
  bodyLength: number,
  age: number | undefined,
): void {
  if (offset + 4 > bodyLength) return;
  const at = body + offset;
  if (age === undefined) put32(out, at, STALE_TTL);
  else {
    const ttl = u32(out, at) - age;
    put32(out, at, ttl > 0 ? ttl : 0);
  }
}
