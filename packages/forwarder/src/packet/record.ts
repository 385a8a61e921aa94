/** Records as they lie in a message. */
import {
  expandName,
  HEADER_SIZE,
  skipName,
  TYPE_A,
  TYPE_AAAA,
  TYPE_AFSDB,
  TYPE_CNAME,
  TYPE_DNAME,
  TYPE_HTTPS,
  TYPE_KX,
  TYPE_MB,
  TYPE_MD,
  TYPE_MF,
  TYPE_MG,
  TYPE_MINFO,
  TYPE_MR,
  TYPE_MX,
  TYPE_NAPTR,
  TYPE_NS,
  TYPE_PTR,
  TYPE_PX,
  TYPE_RP,
  TYPE_RT,
  TYPE_SOA,
  TYPE_SRV,
  TYPE_SVCB,
  u16,
  u32,
} from './wire.ts';

/** Where the record at hand lies; set by `readRecord`. One record for all, so that reading allocates nothing. */
export const record = {
  type: 0,
  class: 0,
  ttl: 0,
  ttlOffset: 0,
  data: 0,
  end: 0,
  /** Its owner is written as a pointer to the question's name. */
  pointsToQuestion: false,
};

const target = new Uint8Array(256);

/** Reads the record at `at` into `record`; false where it is malformed. */
export function readRecord(bytes: Uint8Array, base: number, at: number, end: number): boolean {
  const fixed = skipName(bytes, at, end);
  if (fixed < 0 || fixed + 10 > end) return false;
  record.pointsToQuestion = u16(bytes, at) === (0xc000 | HEADER_SIZE);
  record.type = u16(bytes, fixed);
  record.class = u16(bytes, fixed + 2);
  record.ttlOffset = fixed + 4;
  const ttl = u32(bytes, fixed + 4);
  // A TTL with its high bit set is read as zero (RFC 2181 §8).
  record.ttl = ttl > 0x7fffffff ? 0 : ttl;
  record.data = fixed + 10;
  record.end = record.data + u16(bytes, fixed + 8);
  return record.end <= end && dataIsWellFormed(bytes, base);
}

/**
 * Addresses, and the types whose data may hold compressed names (RFC 3597 §4 has the list), are checked: a client must be able to decode
 * what it gets. Others are opaque.
 */
function dataIsWellFormed(bytes: Uint8Array, base: number): boolean {
  const { type, data, end } = record;
  switch (type) {
    case TYPE_A:
      return end - data === 4;
    case TYPE_AAAA:
      return end - data === 16;
    case TYPE_CNAME:
    case TYPE_NS:
    case TYPE_PTR:
    case TYPE_DNAME:
    case TYPE_MD:
    case TYPE_MF:
    case TYPE_MB:
    case TYPE_MG:
    case TYPE_MR:
      return nameEnd(bytes, base, data, end) === end;
    case TYPE_MX:
    case TYPE_AFSDB:
    case TYPE_RT:
    case TYPE_KX:
      return nameEnd(bytes, base, data + 2, end) === end;
    case TYPE_SRV:
      return nameEnd(bytes, base, data + 6, end) === end;
    case TYPE_SOA:
      return twoNamesEnd(bytes, base, data, end) === end - 20;
    case TYPE_MINFO:
    case TYPE_RP:
      return twoNamesEnd(bytes, base, data, end) === end;
    case TYPE_PX:
      return twoNamesEnd(bytes, base, data + 2, end) === end;
    case TYPE_NAPTR: {
      const flags = data + 4;
      const services = flags + 1 + (bytes[flags] ?? 0);
      const pattern = services + 1 + (bytes[services] ?? 0);
      return nameEnd(bytes, base, pattern + 1 + (bytes[pattern] ?? 0), end) === end;
    }
    case TYPE_SVCB:
    case TYPE_HTTPS:
      return nameEnd(bytes, base, data + 2, end) > 0;
    default:
      return true;
  }
}

/** Offset after the name, pointers checked; -1 where it is none. */
function nameEnd(bytes: Uint8Array, base: number, at: number, end: number): number {
  return expandName(bytes, base, at, end, target) < 0 ? -1 : skipName(bytes, at, end);
}

function twoNamesEnd(bytes: Uint8Array, base: number, at: number, end: number): number {
  const second = nameEnd(bytes, base, at, end);
  return second < 0 ? -1 : nameEnd(bytes, base, second, end);
}
