import { type ByteWriter, writeBytes, writeU16 } from './byte-writer.ts';
import { bytesOf, RdataError, type Token } from './presentation.ts';
import { PARAM_NAMES, paramCodec, paramKey } from './svc-param-values.ts';

/** The parameters of SVCB and HTTPS records (RFC 9460 §2.1, §2.2): `key=value` words in text, sorted by key in bytes. */

/** Writes parameters in the order of their keys. @throws RdataError */
export function writeParams(out: ByteWriter, tokens: readonly Token[]): void {
  const params = new Map<number, Uint8Array>();
  for (const token of tokens) {
    const equals = token.text.indexOf('=');
    const name = equals === -1 ? token.text : token.text.slice(0, equals);
    const key = paramKey(name);
    if (key === undefined) {
      const names = PARAM_NAMES.join(', ');
      throw new RdataError(`"${name}" is not a parameter: there are ${names}, and key with a number`, token);
    }
    if (params.has(key)) throw new RdataError(`${name} is there twice`, token);
    const codec = paramCodec(key);
    const bytes = codec.fromText(
      bytesOf({ ...token, text: equals === -1 ? '' : token.text.slice(equals + 1) }),
    );
    if (bytes === undefined)
      throw new RdataError(`"${token.text}": ${codec.name} takes ${codec.right}`, token);
    if (bytes.length > 0xffff)
      throw new RdataError(`${name} has ${bytes.length} bytes: 65535 at most`, token);
    params.set(key, bytes);
  }
  for (const [key, value] of [...params].sort(([a], [b]) => a - b)) {
    writeU16(out, key);
    writeU16(out, value.length);
    writeBytes(out, value);
  }
}

/** The words of parameters; undefined where the bytes are none. */
export function paramsToText(data: Uint8Array): string[] | undefined {
  const words: string[] = [];
  let position = 0;
  let last = -1;
  while (position < data.length) {
    if (position + 4 > data.length) return undefined;
    const key = (data[position]! << 8) | data[position + 1]!;
    const start = position + 4;
    const end = start + ((data[position + 2]! << 8) | data[position + 3]!);
    if (key <= last || key === 0xffff || end > data.length) return undefined;
    const codec = paramCodec(key);
    const value = codec.toText(data.subarray(start, end));
    if (value === undefined) return undefined;
    words.push(value === '' ? codec.name : `${codec.name}=${value}`);
    position = end;
    last = key;
  }
  return words;
}
