/**
 * What a client asks, read from the packet into one reused record. The header decides first: what is no plain query gets its
 * RCODE before anything else is looked at.
 */
import { hashWords } from './hash.ts';
import {
  AD,
  BADVERS,
  CD,
  CLASS_IN,
  FORMERR,
  HEADER_SIZE,
  lowerCase,
  NOERROR,
  NOTIMP,
  OPCODE_MASK,
  QR,
  RD,
  REFUSED,
  TYPE_OPT,
  u16,
} from './wire.ts';

/** Longest key: a name of 255 bytes, type, flags and view (4 bytes), padded to whole words. */
export const KEY_CAPACITY = 264;

export type Query = {
  /** The packet: the question section is [offset + 12, questionEnd). */
  bytes: Uint8Array;
  offset: number;
  end: number;
  id: number;
  flags: number;
  questionEnd: number;
  type: number;
  /** True where the packet has a well-formed OPT record: the response gets one too (RFC 6891 §6.1.1). */
  edns: boolean;
  dnssecOk: boolean;
  /** The largest UDP response the client takes, bytes (512 without EDNS). */
  udpSize: number;
  /**
   * The cache key: name in lower-case wire form, type (2 bytes), DO and CD (1 byte), view (1 byte), zero bytes up to a
   * whole word.
   */
  key: Uint8Array;
  keyWords: Int32Array;
  nameLength: number;
  keyLength: number;
  hash: number;
};

/** Not for answering: a response, or too short to have a header. */
export const DROP = -1;

export const KEY_DNSSEC_OK = 2;
export const KEY_CHECKING_DISABLED = 1;

export function createQuery(): Query {
  const key = new Uint8Array(KEY_CAPACITY);
  return {
    bytes: key,
    offset: 0,
    end: 0,
    id: 0,
    flags: 0,
    questionEnd: 0,
    type: 0,
    edns: false,
    dnssecOk: false,
    udpSize: 512,
    key,
    keyWords: new Int32Array(key.buffer),
    nameLength: 0,
    keyLength: 0,
    hash: 0,
  };
}

/**
 * Reads a packet. NOERROR: a plain query, every field of `query` is set. Another RCODE: answer with that; `questionEnd` is
 * the end of the header where the question could not be read. DROP: answer nothing.
 */
export function readQuery(query: Query, bytes: Uint8Array, offset: number, length: number): number {
  if (length < HEADER_SIZE) return DROP;
  const flags = u16(bytes, offset + 2);
  if (flags & QR) return DROP;
  query.bytes = bytes;
  query.offset = offset;
  query.end = offset + length;
  query.id = u16(bytes, offset);
  query.flags = flags;
  query.questionEnd = offset + HEADER_SIZE;
  query.edns = false;
  query.dnssecOk = false;
  query.udpSize = 512;
  if (flags & OPCODE_MASK) return NOTIMP;
  if (u16(bytes, offset + 4) !== 1) return FORMERR;
  if (u16(bytes, offset + 6) !== 0 || u16(bytes, offset + 8) !== 0) return FORMERR;
  const additionals = u16(bytes, offset + 10);
  if (additionals > 1) return FORMERR;

  const end = offset + length;
  const nameEnd = readName(query, bytes, offset + HEADER_SIZE, end);
  if (nameEnd < 0 || nameEnd + 4 > end) return FORMERR;
  query.type = u16(bytes, nameEnd);
  query.questionEnd = nameEnd + 4;
  if (additionals === 1) {
    const status = readOpt(query, bytes, query.questionEnd, end);
    if (status !== NOERROR) return status;
  } else if (query.questionEnd !== end) return FORMERR;
  if (u16(bytes, nameEnd + 2) !== CLASS_IN) return REFUSED;
  if (isMetaType(query.type)) return query.type === TYPE_OPT ? FORMERR : REFUSED;
  // A forwarder holds no data: with recursion not desired there is nothing it may say (RFC 1035 §4.1.1, RFC 8499 "forwarder").
  return flags & RD ? NOERROR : REFUSED;
}

/** Finishes the key for the client's view: the question is now ready to be looked up. */
export function finishKey(query: Query, view: number): void {
  const { key, keyWords } = query;
  let end = query.nameLength;
  key[end++] = query.type >> 8;
  key[end++] = query.type & 0xff;
  key[end++] = (query.dnssecOk ? KEY_DNSSEC_OK : 0) | (query.flags & CD ? KEY_CHECKING_DISABLED : 0);
  key[end++] = view;
  query.keyLength = end;
  while (end & 3) key[end++] = 0;
  query.hash = hashWords(keyWords, end >> 2);
}

/** True where the client understands the AD bit in a response (RFC 6840 §5.7). */
export function wantsAuthenticData(query: Query): boolean {
  return query.dnssecOk || (query.flags & AD) !== 0;
}

/** Copies the uncompressed name to the key, lower-cased; returns the offset after it, or -1. */
function readName(query: Query, bytes: Uint8Array, start: number, end: number): number {
  const { key } = query;
  let at = start;
  for (;;) {
    if (at >= end) return -1;
    const length = bytes[at]!;
    if (length > 63) return -1;
    at += length + 1;
    if (at - start > 255) return -1;
    if (length === 0) break;
  }
  if (at > end) return -1;
  for (let index = start; index < at; index++) key[index - start] = lowerCase(bytes[index]!);
  query.nameLength = at - start;
  return at;
}

/** One OPT record (owner: the root), and nothing else: a TSIG would be for us to check, and we have no keys. */
function readOpt(query: Query, bytes: Uint8Array, at: number, end: number): number {
  if (at + 11 > end || bytes[at] !== 0 || u16(bytes, at + 1) !== TYPE_OPT) return FORMERR;
  const next = at + 11 + u16(bytes, at + 9);
  if (next > end) return FORMERR;
  query.edns = true;
  query.udpSize = Math.max(512, u16(bytes, at + 3));
  query.dnssecOk = (bytes[at + 7]! & 0x80) !== 0;
  if (bytes[at + 6] !== 0) return BADVERS;
  return next === end ? NOERROR : FORMERR;
}

/** Types that ask for a transfer, a key exchange or a mailbox search (RFC 6895 §3.1): nothing that can be forwarded. */
function isMetaType(type: number): boolean {
  return type === TYPE_OPT || type === 0 || (type >= 249 && type <= 254);
}
