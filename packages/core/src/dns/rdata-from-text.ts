import { parseAddress } from '../address/index.ts';
import {
  type ByteWriter,
  makeWriter,
  writeBytes,
  writeU8,
  writeU16,
  writeU32,
  written,
} from './byte-writer.ts';
import { isMetaType, typeMnemonic, typeNumber } from './codes.ts';
import { type Name, nameToWire } from './name.ts';
import { bytesOf, nameOf, RdataError, type Token } from './presentation.ts';
import { checkDigest } from './rdata-digest.ts';
import { type Field, fieldsOf } from './rdata-fields.ts';
import { isWellFormed } from './rdata-wire.ts';
import { writeParams } from './svc-params.ts';
import { parseTtl } from './ttl.ts';
import { tokenizeLine } from './zone-tokens.ts';

/** What a field is, for the message that says it is missing or wrong. */
const EXPECTED: Record<Field, string> = {
  u8: 'a number from 0 to 255',
  u16: 'a number from 0 to 65535',
  u32: 'a number from 0 to 4294967295',
  ttl: 'seconds, or a time such as 1h30m',
  ipv4: 'an IPv4 address, such as 10.10.1.20',
  ipv6: 'an IPv6 address, such as fd00::20',
  name: 'a domain name',
  string: 'a string of at most 255 bytes, such as "text"',
  strings: 'one or more strings, such as "text"',
  tag: 'a tag of letters and digits, such as issue',
  octets: 'a quoted value, such as "ca.example.net"',
  hex: 'hexadecimal digits, two a byte',
  params: 'parameters, such as alpn=h2 port=8443',
};

/**
 * RDATA as it stands in a zone file (`10 mail` for an MX) → wire form, uncompressed, names lower-cased. Names without a final dot are
 * relative to `origin`. RFC 3597's `\# LENGTH HEX` is taken for every type.
 * @throws RdataError
 */
export function rdataFromText(type: string, text: string, origin: Name): Uint8Array {
  const line = tokenizeLine(text);
  if ('problem' in line) throw new RdataError(line.problem.message);
  return rdataFromTokens(type, line.tokens, origin);
}

/** As `rdataFromText`, from words that are cut already. @throws RdataError */
export function rdataFromTokens(type: string, tokens: readonly Token[], origin: Name): Uint8Array {
  const code = typeNumber(type);
  if (code === undefined) throw new RdataError(`${type} is not a record type`);
  if (isMetaType(code)) throw new RdataError(`${type} is a type for questions: no record has it`);
  const mnemonic = typeMnemonic(code);
  if (tokens[0]?.text === '\\#' && !tokens[0].quoted) return genericRdata(mnemonic, tokens);
  const fields = fieldsOf(mnemonic);
  if (fields === undefined) {
    throw new RdataError(
      `write ${mnemonic} in the generic form of RFC 3597, such as \\# 4 0a000001`,
      tokens[0],
    );
  }
  const out = makeWriter();
  let next = 0;
  for (const field of fields) next = writeField(out, field, mnemonic, tokens, next, origin);
  if (next < tokens.length) {
    const extra = tokens[next]!;
    throw new RdataError(`"${extra.text}" is too much: ${mnemonic} takes ${describe(fields)}`, extra);
  }
  if (out.length > 0xffff) throw new RdataError(`${mnemonic} data of ${out.length} bytes: 65535 at most`);
  const data = written(out);
  const mistake = checkDigest(mnemonic, data);
  if (mistake !== undefined) throw new RdataError(mistake, tokens[tokens.length - 1]);
  return data;
}

function describe(fields: readonly Field[]): string {
  return fields.map((field) => EXPECTED[field]).join(', then ');
}

/** The fields of an SOA by their names in RFC 1035 section 3.3.13: seven of them, five of which are numbers, are easily miscounted. */
const SOA_FIELDS = [
  'its first name (the primary server)',
  'its second name (the mailbox)',
  'its first number (serial)',
  'its second number (refresh)',
  'its third number (retry)',
  'its fourth number (expire)',
  'its fifth number (minimum)',
];

function missing(type: string, field: Field, index: number): string {
  return (type === 'SOA' ? SOA_FIELDS[index] : undefined) ?? EXPECTED[field];
}

/** Writes one field from the tokens at `next`; gives the index of the first token it did not take. */
function writeField(
  out: ByteWriter,
  field: Field,
  type: string,
  tokens: readonly Token[],
  next: number,
  origin: Name,
): number {
  if (field === 'params') {
    writeParams(out, tokens.slice(next));
    return tokens.length;
  }
  const token = tokens[next];
  if (token === undefined)
    throw new RdataError(`${type} lacks ${missing(type, field, next)}`, tokens[next - 1]);
  switch (field) {
    case 'strings':
      for (const each of tokens.slice(next)) writeString(out, each);
      return tokens.length;
    case 'hex':
      writeBytes(out, hexBytes(tokens.slice(next)));
      return tokens.length;
    case 'string':
      writeString(out, token);
      break;
    case 'octets':
      writeBytes(out, bytesOf(token));
      break;
    case 'name':
      writeBytes(out, nameToWire(nameOf(token, origin)));
      break;
    case 'tag':
      writeTag(out, token);
      break;
    case 'ipv4':
    case 'ipv6':
      writeBytes(out, addressBytes(field, token));
      break;
    default:
      writeNumber(out, field, type, token);
  }
  return next + 1;
}

function writeNumber(out: ByteWriter, field: 'u8' | 'u16' | 'u32' | 'ttl', type: string, token: Token): void {
  const plain = /^[0-9]{1,10}$/.test(token.text) ? Number(token.text) : undefined;
  const value = plain ?? (field === 'ttl' ? parseTtl(token.text) : undefined);
  const limit = field === 'u8' ? 0xff : field === 'u16' ? 0xffff : 0xffff_ffff;
  if (value === undefined || value > limit) {
    throw new RdataError(`"${token.text}" in ${type} is not ${EXPECTED[field]}`, token);
  }
  if (field === 'u8') writeU8(out, value);
  else if (field === 'u16') writeU16(out, value);
  else writeU32(out, value);
}

function addressBytes(field: 'ipv4' | 'ipv6', token: Token): Uint8Array {
  const bytes = parseAddress(token.text);
  if (bytes?.length === (field === 'ipv4' ? 4 : 16)) return bytes;
  throw new RdataError(`"${token.text}" is not ${EXPECTED[field]}`, token);
}

function writeString(out: ByteWriter, token: Token): void {
  const bytes = bytesOf(token);
  if (bytes.length > 255) {
    throw new RdataError(
      `a string of ${bytes.length} bytes: at most 255, cut it into several quoted strings`,
      token,
    );
  }
  writeU8(out, bytes.length);
  writeBytes(out, bytes);
}

function writeTag(out: ByteWriter, token: Token): void {
  if (!/^[0-9A-Za-z]{1,255}$/.test(token.text))
    throw new RdataError(`"${token.text}" is not ${EXPECTED.tag}`, token);
  const bytes = bytesOf(token);
  writeU8(out, bytes.length);
  writeBytes(out, bytes);
}

function hexBytes(tokens: readonly Token[]): Uint8Array {
  const digits = tokens.map(({ text }) => text).join('');
  const wrong = tokens.find(({ text }) => !/^[0-9A-Fa-f]*$/.test(text));
  if (wrong) throw new RdataError(`"${wrong.text}" is not ${EXPECTED.hex}`, wrong);
  if (digits.length % 2 === 1)
    throw new RdataError(`${digits.length} hexadecimal digits: a byte takes two`, tokens[0]);
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** RFC 3597 §5. */
function genericRdata(type: string, tokens: readonly Token[]): Uint8Array {
  const length = tokens[1];
  if (length === undefined || !/^[0-9]{1,5}$/.test(length.text) || Number(length.text) > 0xffff) {
    throw new RdataError(
      'after \\# comes the number of bytes, from 0 to 65535, then the bytes in hexadecimal',
      length,
    );
  }
  const bytes = hexBytes(tokens.slice(2));
  if (bytes.length !== Number(length.text)) {
    throw new RdataError(`\\# announces ${length.text} bytes and ${bytes.length} follow`, length);
  }
  if (!isWellFormed(type, bytes)) throw new RdataError(`these bytes are no ${type} record`, tokens[0]);
  return bytes;
}
