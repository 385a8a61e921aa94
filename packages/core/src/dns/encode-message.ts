import { type ByteWriter, makeWriter, writeBytes, writeU16, writeU32, written } from './byte-writer.ts';
import { CLASS_IN, typeNumber } from './codes.ts';
import { type Edns, type Message, NO_FLAGS, type Question, type ResourceRecord } from './message.ts';
import { type Name, nameFromWire, nameToWire, parentOf } from './name.ts';
import { compressesNames, fieldsOf } from './rdata-fields.ts';
import { fieldEnd } from './rdata-wire.ts';

/** What we say we take over UDP: the size that passes everywhere without fragments (DNS flag day 2020). */
export const UDP_PAYLOAD = 1232;

const OPT = 41;
/** Pointers reach 14 bits far (RFC 1035 §4.1.4). */
const POINTER_LIMIT = 0x4000;

type Encoder = ByteWriter & { offsets: Map<Name, number> };

/**
 * Message → bytes, names compressed. What does not fit into `maxBytes` (65535 unless told) is left out by whole RRsets, from the end;
 * the OPT record always stays. TC is set where an answer or authority is missing, or the glue of a referral (RFC 2181 §9, RFC 9471).
 * An RCODE over 15 needs `edns`.
 */
export function encodeMessage(message: Message, options: { maxBytes?: number } = {}): Uint8Array {
  const out: Encoder = { ...makeWriter(512), offsets: new Map() };
  const limit = Math.max(12, (options.maxBytes ?? 0xffff) - (message.edns ? optSize(message.edns) : 0));
  out.length = 12;
  if (message.question) writeQuestion(out, message.question);
  const answers = writeSection(out, message.answers, limit);
  const authorities = answers.whole ? writeSection(out, message.authorities, limit) : NOTHING;
  const additionals = authorities.whole ? writeSection(out, message.additionals, limit) : NOTHING;
  const referral = message.answers.length === 0 && !message.flags.aa && message.authorities[0]?.type === 'NS';
  const cut = !answers.whole || !authorities.whole || (referral && !additionals.whole);
  if (message.edns) writeOpt(out, message.edns, message.rcode);
  const { length } = out;
  out.length = 0;
  writeU16(out, message.id);
  writeU16(out, flagBits(message, cut));
  writeU16(out, message.question ? 1 : 0);
  writeU16(out, answers.count);
  writeU16(out, authorities.count);
  writeU16(out, additionals.count + (message.edns ? 1 : 0));
  out.length = length;
  return written(out);
}

/** A plain query: RD set, and EDNS with our payload size unless told otherwise. */
export function encodeQuery(query: {
  id: number;
  name: Name;
  type: string;
  recursionDesired?: boolean;
  edns?: Edns | false;
}): Uint8Array {
  const edns = query.edns ?? { udpSize: UDP_PAYLOAD, version: 0, do: false, options: [] };
  return encodeMessage({
    id: query.id,
    flags: { ...NO_FLAGS, rd: query.recursionDesired ?? true },
    rcode: 0,
    question: { name: query.name, type: query.type, class: CLASS_IN },
    answers: [],
    authorities: [],
    additionals: [],
    ...(edns && { edns }),
  });
}

type Written = { count: number; whole: boolean };
const NOTHING: Written = { count: 0, whole: false };

function writeSection(out: Encoder, records: readonly ResourceRecord[], limit: number): Written {
  let count = 0;
  while (count < records.length) {
    const start = out.length;
    let next = count;
    do writeRecord(out, records[next++]!);
    while (next < records.length && sameSet(records[next]!, records[count]!) && out.length <= limit);
    if (out.length > limit) {
      out.length = start;
      return { count, whole: false };
    }
    count = next;
  }
  return { count, whole: true };
}

function sameSet(a: ResourceRecord, b: ResourceRecord): boolean {
  return a.name === b.name && a.type === b.type && a.class === b.class;
}

function writeQuestion(out: Encoder, question: Question): void {
  if (question.spelling) {
    rememberSuffixes(out, question.name);
    writeBytes(out, question.spelling);
  } else writeName(out, question.name);
  writeU16(out, codeOf(question.type));
  writeU16(out, question.class);
}

function writeRecord(out: Encoder, record: ResourceRecord): void {
  writeName(out, record.name);
  writeU16(out, codeOf(record.type));
  writeU16(out, record.class);
  writeU32(out, record.ttl);
  const lengthAt = out.length;
  writeU16(out, 0);
  writeRdata(out, record);
  const { length } = out;
  out.length = lengthAt;
  writeU16(out, length - lengthAt - 2);
  out.length = length;
}

function writeRdata(out: Encoder, { type, data }: ResourceRecord): void {
  if (!compressesNames(type)) {
    writeBytes(out, data);
    return;
  }
  let position = 0;
  for (const field of fieldsOf(type)!) {
    const end = fieldEnd(field, data, position);
    if (end === undefined) break;
    if (field === 'name') writeName(out, nameFromWire(data, position)!.name, data.subarray(position, end));
    else writeBytes(out, data.subarray(position, end));
    position = end;
  }
  writeBytes(out, data.subarray(position));
}

/** The longest suffix that is in the message already becomes a pointer; the labels before it are written and remembered. */
function writeName(out: Encoder, name: Name, wire = nameToWire(name)): void {
  let known: number | undefined;
  let suffix: Name | undefined = name;
  let labels = 0;
  for (; suffix !== undefined && suffix !== '.'; suffix = parentOf(suffix)) {
    known = out.offsets.get(suffix);
    if (known !== undefined) break;
    labels++;
  }
  let end = 0;
  let at: Name = name;
  for (let index = 0; index < labels; index++) {
    if (out.length + end < POINTER_LIMIT) out.offsets.set(at, out.length + end);
    end += wire[end]! + 1;
    at = parentOf(at)!;
  }
  writeBytes(out, wire.subarray(0, end));
  if (known === undefined) writeBytes(out, ROOT_WIRE);
  else writeU16(out, 0xc000 | known);
}

const ROOT_WIRE = Uint8Array.of(0);

function rememberSuffixes(out: Encoder, name: Name): void {
  const wire = nameToWire(name);
  let end = 0;
  for (let at: Name = name; at !== '.'; at = parentOf(at)!) {
    out.offsets.set(at, out.length + end);
    end += wire[end]! + 1;
  }
}

function optSize(edns: Edns): number {
  return edns.options.reduce((size, option) => size + 4 + option.data.length, 11);
}

function writeOpt(out: Encoder, edns: Edns, rcode: number): void {
  writeBytes(out, ROOT_WIRE);
  writeU16(out, OPT);
  writeU16(out, edns.udpSize);
  writeU16(out, ((rcode >> 4) << 8) | edns.version);
  writeU16(out, edns.do ? 0x8000 : 0);
  writeU16(out, optSize(edns) - 11);
  for (const { code, data } of edns.options) {
    writeU16(out, code);
    writeU16(out, data.length);
    writeBytes(out, data);
  }
}

function flagBits({ flags, rcode }: Message, cut: boolean): number {
  return (
    (flags.qr ? 0x8000 : 0) |
    ((flags.opcode & 15) << 11) |
    (flags.aa ? 0x0400 : 0) |
    (flags.tc || cut ? 0x0200 : 0) |
    (flags.rd ? 0x0100 : 0) |
    (flags.ra ? 0x0080 : 0) |
    (flags.ad ? 0x0020 : 0) |
    (flags.cd ? 0x0010 : 0) |
    (rcode & 15)
  );
}

function codeOf(type: string): number {
  const code = typeNumber(type);
  if (code === undefined) throw new TypeError(`${type} is not a record type`);
  return code;
}
