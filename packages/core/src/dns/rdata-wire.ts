import { type ByteWriter, copyBytes, makeWriter, writeBytes, written } from './byte-writer.ts';
import { nameFromWire } from './name.ts';
import { type Field, fieldsOf, hasNames, sizeOf } from './rdata-fields.ts';
import { paramsToText } from './svc-params.ts';
import { readName } from './wire-name.ts';

/** True where the bytes are RDATA of that type, uncompressed and complete. Any bytes are for a type whose fields are not known. */
export function isWellFormed(type: string, data: Uint8Array): boolean {
  const fields = fieldsOf(type);
  if (fields === undefined) return true;
  let position: number | undefined = 0;
  for (const field of fields) {
    position = fieldEnd(field, data, position);
    if (position === undefined) return false;
  }
  return position === data.length;
}

/** The offset after the field that starts at `start` in uncompressed RDATA; undefined where it does not fit. */
export function fieldEnd(field: Field, data: Uint8Array, start: number): number | undefined {
  const size = sizeOf(field);
  if (size !== undefined) return start + size <= data.length ? start + size : undefined;
  switch (field) {
    case 'name':
      return nameFromWire(data, start)?.end;
    case 'string':
      return stringEnd(data, start);
    case 'tag': {
      const end = stringEnd(data, start);
      return end !== undefined && isTag(data.subarray(start + 1, end)) ? end : undefined;
    }
    case 'strings': {
      let end = stringEnd(data, start);
      while (end !== undefined && end < data.length) end = stringEnd(data, end);
      return end;
    }
    case 'params':
      return paramsToText(data.subarray(start)) === undefined ? undefined : data.length;
    case 'hex':
      return start < data.length ? data.length : undefined;
    default:
      return data.length;
  }
}

/**
 * RDATA inside a message → on its own: names are decompressed (RFC 3597 §4), the rest is copied as it is. Undefined where a name is
 * broken or the fields before it run out.
 */
export function expandRdata(
  type: string,
  message: Uint8Array,
  start: number,
  end: number,
): Uint8Array | undefined {
  if (!hasNames(type)) return copyBytes(message, start, end);
  const out = makeWriter(64);
  let position = start;
  for (const field of fieldsOf(type)!) {
    if (field === 'params') break;
    const next = copyField(out, field, message, position, end);
    if (next === undefined) return undefined;
    position = next;
  }
  if (position < end && fieldsOf(type)!.at(-1) !== 'params') return undefined;
  writeBytes(out, message.subarray(position, end));
  return written(out);
}

function copyField(
  out: ByteWriter,
  field: Field,
  message: Uint8Array,
  start: number,
  end: number,
): number | undefined {
  if (field === 'name') {
    const name = readName(message, start);
    if (name === undefined || name.end > end) return undefined;
    writeBytes(out, name.wire);
    return name.end;
  }
  const size = sizeOf(field);
  const next = size === undefined ? stringEnd(message, start) : start + size;
  if (next === undefined || next > end) return undefined;
  writeBytes(out, message.subarray(start, next));
  return next;
}

/** RFC 8659 §4.1. */
function isTag(bytes: Uint8Array): boolean {
  return bytes.length > 0 && /^[0-9A-Za-z]+$/.test(String.fromCharCode(...bytes));
}

function stringEnd(data: Uint8Array, start: number): number | undefined {
  const length = data[start];
  return length !== undefined && start + 1 + length <= data.length ? start + 1 + length : undefined;
}
