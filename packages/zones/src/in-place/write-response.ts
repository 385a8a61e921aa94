import { CLASS_IN, type RecordSet, typeNumber, UDP_PAYLOAD } from '@pointsman/core/dns';
import type { PlainQuestion } from './plain-question.ts';

/**
 * A response over UDP as it is written behind the query's own header and question. Owner names are pointers into the message; names in record data
 * stand whole. Where `fits` has become false a set was left out: the response is not to be sent.
 */
export type PlainResponse = {
  out: Uint8Array;
  /** Where the message begins, and where the next byte goes. */
  start: number;
  at: number;
  /** The first byte that is too far. */
  limit: number;
  fits: boolean;
  answers: number;
  authorities: number;
};

const POINTER = 0xc000;
/** A pointer, type, class, TTL and the length of the data. */
const RECORD_SIZE = 12;
const OPT = 41;
const OPT_SIZE = 11;

export function createPlainResponse(): PlainResponse {
  return { out: new Uint8Array(0), start: 0, at: 0, limit: 0, fits: false, answers: 0, authorities: 0 };
}

/** Copies header and question, as they are, to `start` of `out`. */
export function beginResponse(
  response: PlainResponse,
  question: PlainQuestion,
  out: Uint8Array,
  start: number,
): void {
  const { bytes, offset, end, edns, udpSize } = question;
  const size = end - offset;
  for (let index = 0; index < size; index++) out[start + index] = bytes[offset + index]!;
  response.out = out;
  response.start = start;
  response.at = start + size;
  response.limit = start + Math.min(udpSize, UDP_PAYLOAD) - (edns ? OPT_SIZE : 0);
  response.fits = true;
  response.answers = 0;
  response.authorities = 0;
}

/** Writes the records of a set, from the one of index `first` round, under the name at `owner` of the message; gives how many. */
export function writeSet(response: PlainResponse, set: RecordSet, owner: number, first: number): number {
  const { out, limit } = response;
  const { data, ttl } = set;
  const type = typeNumber(set.type)!;
  const count = data.length;
  let { at } = response;
  for (let index = first; index < first + count; index++) {
    const bytes = data[index < count ? index : index - count]!;
    const { length } = bytes;
    if (at + RECORD_SIZE + length > limit) {
      response.fits = false;
      return 0;
    }
    put16(out, at, POINTER | owner);
    put16(out, at + 2, type);
    put16(out, at + 4, CLASS_IN);
    put16(out, at + 6, ttl >>> 16);
    put16(out, at + 8, ttl & 0xffff);
    put16(out, at + 10, length);
    at += RECORD_SIZE;
    for (let byte = 0; byte < length; byte++) out[at++] = bytes[byte]!;
  }
  response.at = at;
  return count;
}

/** Bits of the third and the fourth byte of a header. */
const QR = 0x80;
const AA = 0x04;
const RD = 0x01;
const RA = 0x80;
const CD = 0x10;

/**
 * Makes the copied header that of the response, adds an OPT record where the query had one, and gives the length of the message. RD, CD and DO are as
 * they were asked (RFC 3225 §3).
 */
export function endResponse(
  response: PlainResponse,
  { edns, dnssecOk }: PlainQuestion,
  rcode: number,
  authoritative: boolean,
): number {
  const { out, start, answers, authorities } = response;
  let { at } = response;
  out[start + 2] = QR | (out[start + 2]! & RD) | (authoritative ? AA : 0);
  out[start + 3] = (out[start + 3]! & CD) | (authoritative ? 0 : RA) | rcode;
  put16(out, start + 6, answers);
  put16(out, start + 8, authorities);
  put16(out, start + 10, edns ? 1 : 0);
  if (edns) {
    out[at] = 0;
    put16(out, at + 1, OPT);
    put16(out, at + 3, UDP_PAYLOAD);
    put16(out, at + 5, 0);
    put16(out, at + 7, dnssecOk ? 0x8000 : 0);
    put16(out, at + 9, 0);
    at += OPT_SIZE;
  }
  return at - start;
}

function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 0xff;
}
