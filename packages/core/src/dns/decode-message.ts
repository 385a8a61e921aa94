import { copyBytes } from './byte-writer.ts';
import { typeMnemonic } from './codes.ts';
import type { Edns, EdnsOption, Flags, Message, Question, ResourceRecord } from './message.ts';
import { nameFromWire } from './name.ts';
import { expandRdata } from './rdata-wire.ts';
import { MAX_TTL } from './ttl.ts';
import { readName } from './wire-name.ts';

const OPT = 41;

type Header = { id: number; flags: Flags; rcode: number };
type Read<T> = { value: T; end: number } | undefined;

/** The header alone, whatever follows it; undefined for fewer than 12 bytes. */
export function decodeHeader(bytes: Uint8Array): Header | undefined {
  if (bytes.length < 12) return undefined;
  const high = bytes[2]!;
  const low = bytes[3]!;
  const flags: Flags = {
    qr: (high & 0x80) !== 0,
    opcode: (high >> 3) & 15,
    aa: (high & 0x04) !== 0,
    tc: (high & 0x02) !== 0,
    rd: (high & 0x01) !== 0,
    ra: (low & 0x80) !== 0,
    ad: (low & 0x20) !== 0,
    cd: (low & 0x10) !== 0,
  };
  return { id: u16(bytes, 0), flags, rcode: low & 15 };
}

/**
 * Reads a message; undefined where it is malformed: it runs out, a name is broken, it has more than one question (RFC 9619), or more
 * than one OPT record or one that is out of place. Bytes after the message are ignored. Never throws; takes time in proportion to
 * the bytes.
 */
export function decodeMessage(bytes: Uint8Array): Message | undefined {
  const header = decodeHeader(bytes);
  if (header === undefined || u16(bytes, 4) > 1) return undefined;
  let position = 12;
  let question: Question | undefined;
  if (u16(bytes, 4) === 1) {
    const read = readQuestion(bytes, position);
    if (read === undefined) return undefined;
    question = read.value;
    position = read.end;
  }
  const answers = readSection(bytes, position, u16(bytes, 6));
  const authorities = answers && readSection(bytes, answers.end, u16(bytes, 8));
  const additionals = authorities && readSection(bytes, authorities.end, u16(bytes, 10));
  if (!answers || !authorities || !additionals || answers.opt || authorities.opt) return undefined;
  const message: Message = {
    ...header,
    question,
    answers: answers.records,
    authorities: authorities.records,
    additionals: additionals.records,
  };
  const { opt } = additionals;
  if (opt !== undefined) {
    message.edns = opt.edns;
    message.rcode |= opt.extendedRcode << 4;
  }
  return message;
}

type Opt = { edns: Edns; extendedRcode: number };

function readSection(
  bytes: Uint8Array,
  start: number,
  count: number,
): { records: ResourceRecord[]; opt: Opt | undefined; end: number } | undefined {
  const records: ResourceRecord[] = [];
  let opt: Opt | undefined;
  let position = start;
  for (let index = 0; index < count; index++) {
    const owner = readName(bytes, position);
    if (owner === undefined || owner.end + 10 > bytes.length) return undefined;
    const type = u16(bytes, owner.end);
    const dataStart = owner.end + 10;
    const end = dataStart + u16(bytes, owner.end + 8);
    if (end > bytes.length) return undefined;
    position = end;
    if (type === OPT) {
      if (opt !== undefined || owner.wire.length !== 1) return undefined;
      opt = readOpt(bytes, owner.end, end);
      if (opt === undefined) return undefined;
      continue;
    }
    const mnemonic = typeMnemonic(type);
    const data = expandRdata(mnemonic, bytes, dataStart, end);
    if (data === undefined) return undefined;
    records.push({
      name: nameFromWire(owner.wire)!.name,
      type: mnemonic,
      class: u16(bytes, owner.end + 2),
      ttl: readTtl(bytes, owner.end + 4),
      data,
    });
  }
  return { records, opt, end: position };
}

function readQuestion(bytes: Uint8Array, start: number): Read<Question> {
  const name = readName(bytes, start);
  if (name === undefined || name.end + 4 > bytes.length) return undefined;
  const value = {
    name: nameFromWire(name.wire)!.name,
    type: typeMnemonic(u16(bytes, name.end)),
    class: u16(bytes, name.end + 2),
    spelling: name.wire,
  };
  return { value, end: name.end + 4 };
}

/** `at` is the offset of TYPE. */
function readOpt(bytes: Uint8Array, at: number, end: number): Opt | undefined {
  const options: EdnsOption[] = [];
  for (let position = at + 10; position < end; ) {
    if (position + 4 > end) return undefined;
    const code = u16(bytes, position);
    const dataEnd = position + 4 + u16(bytes, position + 2);
    if (dataEnd > end) return undefined;
    options.push({ code, data: copyBytes(bytes, position + 4, dataEnd) });
    position = dataEnd;
  }
  const edns = {
    udpSize: u16(bytes, at + 2),
    version: bytes[at + 5]!,
    do: (bytes[at + 6]! & 0x80) !== 0,
    options,
  };
  return { edns, extendedRcode: bytes[at + 4]! };
}

/** A TTL with the highest bit set counts as 0 (RFC 2181 §8). */
function readTtl(bytes: Uint8Array, at: number): number {
  const ttl = u16(bytes, at) * 0x1_0000 + u16(bytes, at + 2);
  return ttl > MAX_TTL ? 0 : ttl;
}

function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}
