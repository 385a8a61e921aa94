/** Bytes put one after the other into a buffer that grows; numbers are in network order. */
export type ByteWriter = { bytes: Uint8Array; length: number };

export function makeWriter(capacity = 64): ByteWriter {
  return { bytes: new Uint8Array(capacity), length: 0 };
}

/** The bytes written so far, as a copy of their own. */
export function written(writer: ByteWriter): Uint8Array {
  return writer.bytes.slice(0, writer.length);
}

export function writeU8(writer: ByteWriter, value: number): void {
  reserve(writer, 1);
  writer.bytes[writer.length++] = value;
}

export function writeU16(writer: ByteWriter, value: number): void {
  reserve(writer, 2);
  writer.bytes[writer.length++] = value >>> 8;
  writer.bytes[writer.length++] = value;
}

export function writeU32(writer: ByteWriter, value: number): void {
  writeU16(writer, value >>> 16);
  writeU16(writer, value & 0xffff);
}

export function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  reserve(writer, bytes.length);
  writer.bytes.set(bytes, writer.length);
  writer.length += bytes.length;
}

function reserve(writer: ByteWriter, count: number): void {
  const needed = writer.length + count;
  if (needed <= writer.bytes.length) return;
  const grown = new Uint8Array(Math.max(needed, writer.bytes.length * 2));
  grown.set(writer.bytes.subarray(0, writer.length));
  writer.bytes = grown;
}

/** A copy of bytes `start` to `end`. (`slice` of a Node `Buffer` is no copy, and whoever calls may pass one.) */
export function copyBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}
