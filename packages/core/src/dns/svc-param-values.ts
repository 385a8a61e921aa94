import { formatAddress, parseAddress } from '../address/index.ts';
import { quote } from './presentation.ts';

/** How the value of one service parameter is written (RFC 9460 §7 and §8, RFC 9461 §5). Both ways give undefined for what is none. */
export type ParamCodec = {
  name: string;
  /** What would be right, for messages. */
  right: string;
  fromText(value: Uint8Array): Uint8Array | undefined;
  /** The text after `=`; empty where there is none. */
  toText(value: Uint8Array): string | undefined;
};

const anyValue: Omit<ParamCodec, 'name'> = {
  right: 'any value',
  fromText: (value) => value,
  toText: (value) => (value.length === 0 ? '' : quote(value)),
};

/** By the number of the key. */
const CODECS: readonly ParamCodec[] = [
  {
    name: 'mandatory',
    right: 'a list of other parameters, each once, such as mandatory=alpn,port',
    fromText: mandatoryFromText,
    toText: mandatoryToText,
  },
  {
    name: 'alpn',
    right: 'a list of protocols of 1 to 255 bytes, such as alpn=h2,h3',
    fromText: alpnFromText,
    toText: alpnToText,
  },
  {
    name: 'no-default-alpn',
    right: 'no value',
    fromText: (value) => (value.length === 0 ? value : undefined),
    toText: (value) => (value.length === 0 ? '' : undefined),
  },
  {
    name: 'port',
    right: 'a number from 0 to 65535',
    fromText: portFromText,
    toText: (value) => (value.length === 2 ? String((value[0]! << 8) | value[1]!) : undefined),
  },
  { name: 'ipv4hint', right: 'a list of IPv4 addresses', ...addressList(4) },
  {
    name: 'ech',
    right: 'base64',
    fromText: (value) => base64Bytes(textOf(value)),
    toText: (value) => (value.length === 0 ? undefined : btoa(latin1(value))),
  },
  { name: 'ipv6hint', right: 'a list of IPv6 addresses', ...addressList(16) },
  { name: 'dohpath', ...anyValue },
];

export const PARAM_NAMES: readonly string[] = CODECS.map(({ name }) => name);

/** `alpn` or `key1` → 1; undefined for what is no parameter. 65535 is reserved. */
export function paramKey(name: string): number | undefined {
  const known = PARAM_NAMES.indexOf(name);
  if (known !== -1) return known;
  const generic = /^key(0|[1-9][0-9]{0,4})$/.exec(name);
  return generic && Number(generic[1]) < 0xffff ? Number(generic[1]) : undefined;
}

export function paramCodec(key: number): ParamCodec {
  return CODECS[key] ?? { name: `key${key}`, ...anyValue };
}

function mandatoryFromText(value: Uint8Array): Uint8Array | undefined {
  const keys = textOf(value).split(',').map(paramKey);
  if (keys.includes(undefined) || keys.includes(0) || new Set(keys).size < keys.length) return undefined;
  return Uint8Array.from((keys as number[]).sort((a, b) => a - b).flatMap((key) => [key >> 8, key & 0xff]));
}

function mandatoryToText(value: Uint8Array): string | undefined {
  if (value.length === 0 || value.length % 2 === 1) return undefined;
  const keys = chunks(value, 2).map(([high, low]) => (high! << 8) | low!);
  const ascending = keys.every((key, index) => key > (keys[index - 1] ?? 0) && key < 0xffff);
  return ascending ? keys.map((key) => paramCodec(key).name).join(',') : undefined;
}

/** A comma or backslash inside an item is escaped once for the list and once more as a string (RFC 9460 appendix A.1). */
function alpnFromText(value: Uint8Array): Uint8Array | undefined {
  const items: number[][] = [[]];
  for (let index = 0; index < value.length; index++) {
    if (value[index] === COMMA) items.push([]);
    else {
      if (value[index] === BACKSLASH && index + 1 < value.length) index++;
      items[items.length - 1]!.push(value[index]!);
    }
  }
  if (items.some((item) => item.length === 0 || item.length > 255)) return undefined;
  return Uint8Array.from(items.flatMap((item) => [item.length, ...item]));
}

function alpnToText(value: Uint8Array): string | undefined {
  const items: number[] = [];
  for (let position = 0; position < value.length; ) {
    const end = position + 1 + value[position]!;
    if (value[position] === 0 || end > value.length) return undefined;
    if (position > 0) items.push(COMMA);
    for (const byte of value.subarray(position + 1, end)) {
      if (byte === COMMA || byte === BACKSLASH) items.push(BACKSLASH);
      items.push(byte);
    }
    position = end;
  }
  return items.length === 0 ? undefined : quote(Uint8Array.from(items));
}

const COMMA = 0x2c;
const BACKSLASH = 0x5c;

function portFromText(value: Uint8Array): Uint8Array | undefined {
  const text = textOf(value);
  if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 0xffff) return undefined;
  return Uint8Array.of(Number(text) >> 8, Number(text) & 0xff);
}

function addressList(size: 4 | 16): Pick<ParamCodec, 'fromText' | 'toText'> {
  return {
    fromText: (value) => {
      const addresses = textOf(value).split(',').map(parseAddress);
      if (addresses.some((address) => address?.length !== size)) return undefined;
      return Uint8Array.from(addresses.flatMap((address) => [...address!]));
    },
    toText: (value) => {
      if (value.length === 0 || value.length % size !== 0) return undefined;
      return chunks(value, size).map(formatAddress).join(',');
    },
  };
}

function chunks(value: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: value.length / size }, (_, index) =>
    value.subarray(index * size, (index + 1) * size),
  );
}

function base64Bytes(text: string): Uint8Array | undefined {
  if (!/^(?:[0-9A-Za-z+/]{4})*(?:[0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=)?$/.test(text) || text === '')
    return undefined;
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function textOf(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}

function latin1(value: Uint8Array): string {
  return Array.from(value, (byte) => String.fromCharCode(byte)).join('');
}
