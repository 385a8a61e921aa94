import { formatAddress, parseAddress } from '../address/index.ts';
import { type ByteWriter, writeBytes, writeU16 } from './byte-writer.ts';
import { bytesOf, quote, RdataError, type Token } from './presentation.ts';

/** The parameters of SVCB and HTTPS records (RFC 9460 §2.1, §7, §14.3), as text `key=value` and as bytes sorted by key. */
const KEYS = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint', 'dohpath'];

/** Writes parameters in the order of their keys. @throws RdataError */
export function writeParams(out: ByteWriter, tokens: readonly Token[]): void {
  const params = new Map<number, Uint8Array>();
  for (const token of tokens) {
    const equals = token.text.indexOf('=');
    const name = equals === -1 ? token.text : token.text.slice(0, equals);
    const key = keyNumber(name);
    if (key === undefined) {
      throw new RdataError(`"${name}" is not a parameter: ${KEYS.join(', ')}, or key and a number`, token);
    }
    if (params.has(key)) throw new RdataError(`${name} is there twice`, token);
    const value = bytesOf({ ...token, text: equals === -1 ? '' : token.text.slice(equals + 1) });
    params.set(key, paramBytes(key, value, token));
  }
  for (const [key, value] of [...params].sort(([a], [b]) => a - b)) {
    writeU16(out, key);
    writeU16(out, value.length);
    writeBytes(out, value);
  }
}

/** The text of parameters; undefined where the bytes are none. */
export function paramsToText(data: Uint8Array): string[] | undefined {
  const words: string[] = [];
  let position = 0;
  let last = -1;
  while (position < data.length) {
    if (position + 4 > data.length) return undefined;
    const key = (data[position]! << 8) | data[position + 1]!;
    const length = (data[position + 2]! << 8) | data[position + 3]!;
    position += 4;
    if (key <= last || position + length > data.length) return undefined;
    const value = paramText(key, data.subarray(position, position + length));
    if (value === undefined) return undefined;
    const name = KEYS[key] ?? `key${key}`;
    words.push(value === '' ? name : `${name}=${value}`);
    position += length;
    last = key;
  }
  return words;
}

function keyNumber(name: string): number | undefined {
  const known = KEYS.indexOf(name);
  if (known !== -1) return known;
  const generic = /^key(0|[1-9][0-9]{0,4})$/.exec(name);
  return generic && Number(generic[1]) < 0xffff ? Number(generic[1]) : undefined;
}

function paramBytes(key: number, value: Uint8Array, token: Token): Uint8Array {
  const text = new TextDecoder().decode(value);
  const refuse = (right: string) => new RdataError(`"${token.text}": ${right}`, token);
  switch (KEYS[key]) {
    case 'mandatory': {
      const keys = text.split(',').map(keyNumber);
      if (keys.includes(undefined))
        throw refuse('mandatory is a list of parameters, such as mandatory=alpn,port');
      const sorted = (keys as number[]).sort((a, b) => a - b);
      if (sorted[0] === 0 || new Set(sorted).size < sorted.length)
        throw refuse('mandatory lists every other parameter once');
      return Uint8Array.from(sorted.flatMap((each) => [each >> 8, each & 0xff]));
    }
    case 'alpn': {
      const ids = splitList(value);
      if (ids.some((id) => id.length === 0 || id.length > 255))
        throw refuse('alpn is a list, such as alpn=h2,h3');
      return Uint8Array.from(ids.flatMap((id) => [id.length, ...id]));
    }
    case 'no-default-alpn':
      if (value.length > 0) throw refuse('no-default-alpn has no value');
      return value;
    case 'port':
      if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 0xffff)
        throw refuse('port is a number from 0 to 65535');
      return Uint8Array.of(Number(text) >> 8, Number(text) & 0xff);
    case 'ipv4hint':
    case 'ipv6hint': {
      const size = KEYS[key] === 'ipv4hint' ? 4 : 16;
      const addresses = text.split(',').map((each) => parseAddress(each));
      if (addresses.some((each) => each?.length !== size))
        throw refuse(`${KEYS[key]} is a list of IPv${size === 4 ? 4 : 6} addresses`);
      return Uint8Array.from(addresses.flatMap((each) => [...each!]));
    }
    case 'ech':
      return base64Bytes(text) ?? raise(refuse('ech is base64'));
    default:
      return value;
  }
}

function raise(error: Error): never {
  throw error;
}

function paramText(key: number, value: Uint8Array): string | undefined {
  switch (KEYS[key]) {
    case 'mandatory':
      if (value.length === 0 || value.length % 2 === 1) return undefined;
      return chunks(value, 2)
        .map(([high, low]) => KEYS[(high! << 8) | low!] ?? `key${(high! << 8) | low!}`)
        .join(',');
    case 'alpn':
      return alpnText(value);
    case 'no-default-alpn':
      return value.length === 0 ? '' : undefined;
    case 'port':
      return value.length === 2 ? String((value[0]! << 8) | value[1]!) : undefined;
    case 'ipv4hint':
    case 'ipv6hint': {
      const size = KEYS[key] === 'ipv4hint' ? 4 : 16;
      return value.length === 0 || value.length % size !== 0
        ? undefined
        : chunks(value, size).map(formatAddress).join(',');
    }
    case 'ech':
      return value.length === 0 ? undefined : btoa(String.fromCharCode(...value));
    default:
      return value.length === 0 ? '' : quote(value);
  }
}

/** RFC 9460 appendix A.1: a comma or backslash inside an item is escaped once for the list, once more as a string. */
function alpnText(value: Uint8Array): string | undefined {
  const items: number[] = [];
  for (let position = 0; position < value.length; ) {
    const length = value[position]!;
    if (length === 0 || position + 1 + length > value.length) return undefined;
    if (position > 0) items.push(0x2c);
    for (const byte of value.subarray(position + 1, position + 1 + length)) {
      if (byte === 0x2c || byte === 0x5c) items.push(0x5c);
      items.push(byte);
    }
    position += 1 + length;
  }
  return items.length === 0 ? undefined : quote(Uint8Array.from(items));
}

function splitList(value: Uint8Array): number[][] {
  const items: number[][] = [[]];
  for (let index = 0; index < value.length; index++) {
    if (value[index] === 0x2c) items.push([]);
    else {
      if (value[index] === 0x5c && index + 1 < value.length) index++;
      items[items.length - 1]!.push(value[index]!);
    }
  }
  return items;
}

function chunks(value: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: value.length / size }, (_, index) =>
    value.subarray(index * size, (index + 1) * size),
  );
}

function base64Bytes(text: string): Uint8Array | undefined {
  if (text === '' || !/^[0-9A-Za-z+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
