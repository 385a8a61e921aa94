/** Reading and writing DNS messages in place (RFC 1035 §4.1). Every function stays inside the bounds it is given. */

export const HEADER_SIZE = 12;

/** Bits of the flags word at offset 2. */
export const QR = 0x8000;
export const OPCODE_MASK = 0x7800;
export const TC = 0x0200;
export const RD = 0x0100;
export const RA = 0x0080;
export const AD = 0x0020;
export const CD = 0x0010;
export const RCODE_MASK = 0x000f;

export {
  BADVERS,
  CLASS_IN,
  FORMERR,
  NOERROR,
  NOTIMP,
  NXDOMAIN,
  REFUSED,
  SERVFAIL,
} from '@pointsman/core/dns';

export const TYPE_A = 1;
export const TYPE_NS = 2;
export const TYPE_MD = 3;
export const TYPE_MF = 4;
export const TYPE_CNAME = 5;
export const TYPE_SOA = 6;
export const TYPE_MB = 7;
export const TYPE_MG = 8;
export const TYPE_MR = 9;
export const TYPE_PTR = 12;
export const TYPE_MINFO = 14;
export const TYPE_MX = 15;
export const TYPE_RP = 17;
export const TYPE_AFSDB = 18;
export const TYPE_RT = 21;
export const TYPE_PX = 26;
export const TYPE_AAAA = 28;
export const TYPE_SRV = 33;
export const TYPE_NAPTR = 35;
export const TYPE_KX = 36;
export const TYPE_DNAME = 39;
export const TYPE_OPT = 41;
export const TYPE_RRSIG = 46;
export const TYPE_NSEC = 47;
export const TYPE_NSEC3 = 50;
export const TYPE_SVCB = 64;
export const TYPE_HTTPS = 65;
export const TYPE_ANY = 255;

export function u16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset]! << 8) | bytes[offset + 1]!;
}

export function put16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >> 8;
  bytes[offset + 1] = value & 0xff;
}

export function u32(bytes: Uint8Array, offset: number): number {
  return (u16(bytes, offset) * 0x10000 + u16(bytes, offset + 2)) >>> 0;
}

export function put32(bytes: Uint8Array, offset: number, value: number): void {
  put16(bytes, offset, value >>> 16);
  put16(bytes, offset + 2, value & 0xffff);
}

export function copy(from: Uint8Array, start: number, to: Uint8Array, at: number, length: number): void {
  for (let index = 0; index < length; index++) to[at + index] = from[start + index]!;
}

/**
 * Follows a name that may be compressed and writes it uncompressed and lower-cased to `to`.
 * Pointers must point backwards and behind the header, so that every name ends, and there are at most 127, one for each label, so that it
 * ends soon. `base` is where the message starts.
 * Returns the length written; -1 where the bytes are no name.
 */
export function expandName(
  bytes: Uint8Array,
  base: number,
  offset: number,
  end: number,
  to: Uint8Array,
): number {
  let at = offset;
  let limit = offset;
  let written = 0;
  let jumps = 0;
  for (;;) {
    if (at >= end) return -1;
    const length = bytes[at]!;
    if (length >= 0xc0) {
      if (at + 1 >= end || ++jumps > 127) return -1;
      const target = base + (((length & 0x3f) << 8) | bytes[at + 1]!);
      if (target < base + HEADER_SIZE || target >= limit) return -1;
      at = limit = target;
      continue;
    }
    if (length > 63 || at + 1 + length > end || written + 1 + length > 255) return -1;
    to[written++] = length;
    if (length === 0) return written;
    at++;
    for (const stop = at + length; at < stop; at++) to[written++] = lowerCase(bytes[at]!);
  }
}

/** Offset after the (possibly compressed) name at `offset`, not following pointers; -1 where the bytes are no name. */
export function skipName(bytes: Uint8Array, offset: number, end: number): number {
  let at = offset;
  while (at < end) {
    const length = bytes[at]!;
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2 <= end ? at + 2 : -1;
    if (length > 63) return -1;
    at += length + 1;
  }
  return -1;
}

/** ASCII only (RFC 4343). Lengths of labels (at most 63) pass unchanged. */
export function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}
