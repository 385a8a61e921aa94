import { formatAddress } from '../address/index.ts';
import { typeMnemonic, typeNumber } from './codes.ts';
import { nameFromWire } from './name.ts';
import { quote } from './presentation.ts';
import { type Field, fieldsOf } from './rdata-fields.ts';
import { fieldEnd } from './rdata-wire.ts';
import { paramsToText } from './svc-params.ts';

/**
 * RDATA in wire form → as a zone file has it, on one line, names absolute. A type whose fields are not known, and bytes that are not
 * what the type says, come out in RFC 3597's generic form.
 */
export function rdataToText(type: string, data: Uint8Array): string {
  const code = typeNumber(type);
  const fields = code === undefined ? undefined : fieldsOf(typeMnemonic(code));
  if (fields === undefined) return genericText(data);
  const words: string[] = [];
  let position = 0;
  for (const field of fields) {
    const end = fieldEnd(field, data, position);
    if (end === undefined) return genericText(data);
    const word = fieldText(field, data.subarray(position, end));
    if (word !== '') words.push(word);
    position = end;
  }
  return position === data.length ? words.join(' ') : genericText(data);
}

function fieldText(field: Field, bytes: Uint8Array): string {
  switch (field) {
    case 'u8':
    case 'u16':
    case 'u32':
    case 'ttl':
      return String(bytes.reduce((value, byte) => value * 256 + byte, 0));
    case 'ipv4':
    case 'ipv6':
      return formatAddress(bytes);
    case 'name':
      return nameToText(nameFromWire(bytes)!.name);
    case 'string':
      return quote(bytes.subarray(1));
    case 'strings':
      return stringsOf(bytes).map(quote).join(' ');
    case 'tag':
      return tagText(bytes.subarray(1));
    case 'octets':
      return quote(bytes);
    case 'hex':
      return hexText(bytes);
    case 'params':
      return paramsToText(bytes)!.join(' ');
  }
}

/** A canonical name as a zone file may have it: what has a meaning there is escaped. */
export function nameToText(name: string): string {
  return name.replace(/(\\.)|[";@$()]/gs, (match, escaped: string | undefined) => escaped ?? `\\${match}`);
}

/** The character strings in the RDATA of a TXT or SPF record; the bytes must be well formed. */
function stringsOf(bytes: Uint8Array): Uint8Array[] {
  const strings: Uint8Array[] = [];
  for (let position = 0; position < bytes.length; position += 1 + bytes[position]!) {
    strings.push(bytes.subarray(position + 1, position + 1 + bytes[position]!));
  }
  return strings;
}

function tagText(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function genericText(data: Uint8Array): string {
  return data.length === 0 ? '\\# 0' : `\\# ${data.length} ${hexText(data)}`;
}
