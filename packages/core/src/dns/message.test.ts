import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rcodeName, rcodeNumber, typeMnemonic, typeNumber } from './codes.ts';
import { decodeHeader, decodeMessage } from './decode-message.ts';
import { encodeMessage, encodeQuery } from './encode-message.ts';
import { decodeExtendedError, EDE, encodeExtendedError } from './extended-error.ts';
import { type Message, NO_FLAGS, type ResourceRecord } from './message.ts';
import { nameToWire } from './name.ts';
import { rdataFromText } from './rdata-from-text.ts';

const record = (name: string, type: string, value: string): ResourceRecord => ({
  name,
  type,
  class: 1,
  ttl: 300,
  data: rdataFromText(type, value, '.'),
});
const response = (content: Partial<Message>): Message => ({
  id: 7,
  flags: { ...NO_FLAGS, qr: true },
  rcode: 0,
  question: { name: 'www.example.com.', type: 'A', class: 1 },
  answers: [],
  authorities: [],
  additionals: [],
  ...content,
});
const edns = { udpSize: 1232, version: 0, do: false, options: [] };
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

test('a query has RD and an OPT record with our payload size, unless it is told otherwise', () => {
  const query = decodeMessage(encodeQuery({ id: 1, name: 'example.com.', type: 'AAAA' }))!;
  assert.equal(query.flags.rd, true);
  assert.deepEqual(query.edns, edns);
  assert.deepEqual(query.question, {
    name: 'example.com.',
    type: 'AAAA',
    class: 1,
    spelling: nameToWire('example.com.'),
  });
  const plain = encodeQuery({ id: 1, name: 'a.', type: 'A', recursionDesired: false, edns: false });
  assert.deepEqual(plain, bytesOf('0001 0000 0001 0000 0000 0000 0161 00 0001 0001'));
});

test('a response repeats the question in the case it was asked', () => {
  const query = decodeMessage(bytesOf('0001 0000 0001 0000 0000 0000 0141 0162 00 0001 0001'))!;
  assert.equal(query.question!.name, 'a.b.');
  const packet = encodeMessage({ ...query, answers: [record('a.b.', 'A', '10.0.0.1')] });
  assert.deepEqual(packet.subarray(12, 17), bytesOf('0141 0162 00'));
  assert.deepEqual(packet.subarray(21, 23), bytesOf('c00c'));
});

test('names are compressed in the types of RFC 1035 and in no others', () => {
  const size = (type: string, value: string) =>
    encodeMessage(response({ answers: [record('www.example.com.', type, value)] })).length -
    encodeMessage(response({})).length -
    12;
  assert.equal(size('CNAME', 'www.example.com.'), 2);
  assert.equal(size('MX', '10 mail.example.com.'), 2 + 5 + 2);
  assert.equal(size('SOA', 'ns.example.com. admin.ns.example.com. 1 2 3 4 5'), 3 + 2 + 6 + 2 + 20);
  assert.equal(size('SRV', '0 0 53 www.example.com.'), 6 + 17);
  assert.equal(size('DNAME', 'www.example.com.'), 17);
});

test('compressed names inside RDATA are decompressed, also in types where nobody should compress', () => {
  const packet = bytesOf(
    '0001 8000 0001 0001 0000 0000 0161 00 0001 0001 c00c 0021 0001 00000005 0008 0000 0000 0035 c00c',
  );
  assert.deepEqual(decodeMessage(packet)!.answers[0]!.data, bytesOf('0000 0000 0035 0161 00'));
});

test('what is malformed is undefined', () => {
  const question = '0161 00 0001 0001';
  for (const [why, hex] of [
    ['nothing', ''],
    ['a header cut short', '0001 0000 0001 0000 0000 00'],
    ['a question that is missing', '0001 0000 0001 0000 0000 0000'],
    ['two questions', `0001 0000 0002 0000 0000 0000 ${question} ${question}`],
    ['a record that is missing', `0001 0000 0001 0001 0000 0000 ${question}`],
    ['a pointer to itself', '0001 0000 0001 0000 0000 0000 c00c 0001 0001'],
    ['a pointer forwards', '0001 0000 0001 0000 0000 0000 c010 0001 0001 00'],
    ['a label of a kind that does not exist', '0001 0000 0001 0000 0000 0000 4161 00 0001 0001'],
    ['RDATA that runs out', `0001 0000 0001 0001 0000 0000 ${question} 00 0001 0001 00000000 0004 0a00`],
    [
      'a name that is longer than its RDATA',
      `0001 0000 0001 0001 0000 0000 ${question} 00 0002 0001 00000000 0001 0161 00`,
    ],
    [
      'RDATA with something behind its name',
      `0001 0000 0001 0001 0000 0000 ${question} 00 0002 0001 00000000 0002 0000`,
    ],
    [
      'two OPT records',
      `0001 0000 0001 0000 0000 0002 ${question} 00 0029 0200 00000000 0000 00 0029 0200 00000000 0000`,
    ],
    [
      'an OPT record among the answers',
      `0001 0000 0001 0001 0000 0000 ${question} 00 0029 0200 00000000 0000`,
    ],
    [
      'an OPT record with an owner',
      `0001 0000 0001 0000 0000 0001 ${question} 0161 00 0029 0200 00000000 0000`,
    ],
    [
      'an EDNS option that runs out',
      `0001 0000 0001 0000 0000 0001 ${question} 00 0029 0200 00000000 0004 000a 0008`,
    ],
  ] as const) {
    assert.equal(decodeMessage(bytesOf(hex)), undefined, why);
  }
  assert.equal(decodeHeader(bytesOf('0001')), undefined);
});

test('bytes after a message are ignored, and a TTL over 2^31 - 1 counts as 0', () => {
  const packet = bytesOf(
    '0001 8000 0001 0001 0000 0000 0161 00 0001 0001 c00c 0001 0001 ffffffff 0004 0a000001 dead',
  );
  assert.equal(decodeMessage(packet)!.answers[0]!.ttl, 0);
});

test('pointers that lead from one to the next are followed 127 times and no further', () => {
  /** One record whose data is a chain of pointers, each to the one before it, and one whose owner is the last of them. */
  const chain = (length: number) => {
    const packet = new Uint8Array(12 + 11 + 2 + 2 * length + 10);
    packet.set(bytesOf('0001 8000 0000 0002 0000 0000 00 ff00 0001 00000000'));
    const start = 23;
    new DataView(packet.buffer).setUint16(21, 2 * length);
    for (let index = 1; index < length; index++) {
      const target = start + 2 * (index - 1);
      packet.set([0xc0 | (target >> 8), target & 0xff], start + 2 * index);
    }
    const last = start + 2 * (length - 1);
    packet.set([0xc0 | (last >> 8), last & 0xff, 0xff], start + 2 * length);
    return decodeMessage(packet);
  };
  assert.equal(chain(127)!.answers[1]!.name, '.');
  assert.equal(chain(128), undefined);
  assert.equal(chain(8000), undefined);
});

test('what does not fit is left out by whole RRsets, TC is set, and the OPT record stays', () => {
  const set = (name: string, count: number) =>
    Array.from({ length: count }, (_, index) => record(name, 'A', `10.0.0.${index}`));
  const message = response({ answers: [...set('a.example.com.', 3), ...set('b.example.com.', 20)], edns });
  const whole = encodeMessage(message);
  assert.equal(decodeMessage(whole)!.flags.tc, false);
  assert.deepEqual(encodeMessage(message, { maxBytes: whole.length }), whole);
  const cut = encodeMessage(message, { maxBytes: whole.length - 1 });
  assert.ok(cut.length < whole.length);
  const decoded = decodeMessage(cut)!;
  assert.equal(decoded.flags.tc, true);
  assert.equal(decoded.answers.length, 3);
  assert.deepEqual(decoded.edns, edns);
  const none = decodeMessage(encodeMessage(message, { maxBytes: 60 }))!;
  assert.deepEqual([none.answers.length, none.flags.tc, none.edns], [0, true, edns]);
});

test('additional records that do not fit are no truncation, unless they are the glue of a referral', () => {
  const additionals = [record('ns.sub.example.com.', 'A', '10.0.0.1')];
  const authorities = [record('sub.example.com.', 'NS', 'ns.sub.example.com.')];
  const referral = response({ authorities, additionals });
  const glueless = encodeMessage({ ...referral, additionals: [] }).length;
  const cut = (message: Message) => decodeMessage(encodeMessage(message, { maxBytes: glueless }))!.flags.tc;
  assert.equal(cut(referral), true);
  assert.equal(cut({ ...referral, flags: { ...referral.flags, aa: true } }), false);
});

test('a message of the largest size is written whole, one byte more is cut', () => {
  const texts = (length: number) => ({
    ...record('a.', 'TXT', '""'),
    type: 'TYPE65280',
    data: new Uint8Array(length),
  });
  const base = encodeMessage(response({ answers: [texts(0)] })).length;
  assert.equal(encodeMessage(response({ answers: [texts(0xffff - base)] })).length, 0xffff);
  const two = response({ answers: [texts(0xffff - base), record('b.', 'A', '10.0.0.1')] });
  assert.equal(decodeMessage(encodeMessage(two))!.flags.tc, true);
});

test('names that begin behind the reach of a pointer are written out', () => {
  const filler = { ...record('a.', 'TXT', '""'), type: 'TYPE65280', data: new Uint8Array(0x4000) };
  const answers = [
    filler,
    record('x.far.example.', 'A', '10.0.0.1'),
    record('x.far.example.', 'A', '10.0.0.2'),
  ];
  assert.deepEqual(decodeMessage(encodeMessage(response({ answers })))!.answers, answers);
});

test('an RCODE over 15 goes into the OPT record', () => {
  const decoded = decodeMessage(encodeMessage(response({ rcode: 16, edns })))!;
  assert.equal(rcodeName(decoded.rcode), 'BADVERS');
});

test('an extended error is an EDNS option that comes back', () => {
  const error = { code: EDE.prohibited, text: 'not from “here”' };
  assert.deepEqual(decodeExtendedError(encodeExtendedError(error)), error);
  assert.deepEqual(decodeExtendedError({ code: 15, data: bytesOf('0012 6100') }), { code: 18, text: 'a' });
  assert.deepEqual(decodeExtendedError({ code: 15, data: bytesOf('0012') }), { code: 18, text: '' });
  assert.equal(decodeExtendedError({ code: 15, data: bytesOf('00') }), undefined);
  assert.equal(decodeExtendedError({ code: 10, data: bytesOf('0012') }), undefined);
});

test('types and RCODEs have their names, and generic ones where they have none', () => {
  assert.equal(typeNumber('aaaa'), 28);
  assert.equal(typeNumber('TYPE65280'), 65_280);
  assert.equal(typeNumber('TYPE65536'), undefined);
  assert.equal(typeNumber('toString'), undefined);
  assert.equal(typeNumber(''), undefined);
  for (let code = 0; code < 0x1_0000; code++) assert.equal(typeNumber(typeMnemonic(code)), code);
  for (let code = 0; code < 0x1000; code++) assert.equal(rcodeNumber(rcodeName(code)), code);
  assert.equal(rcodeName(3), 'NXDOMAIN');
  assert.equal(rcodeNumber('nope'), undefined);
});
