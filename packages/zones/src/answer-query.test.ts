import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeMessage,
  encodeMessage,
  encodeQuery,
  type Message,
  type Name,
  nameToWire,
  parseZoneFile,
  rcodeName,
} from '@pointsman/core/dns';
import { type AnswerContext, answerQuery } from './answer-query.ts';
import { compileZone } from './compile-zone.ts';
import { createZoneSet, type ZoneSet } from './zone-set.ts';

const RESOLVER: AnswerContext = { authoritative: false, transport: 'udp', random: () => 0 };
const AUTHORITY: AnswerContext = { authoritative: true, transport: 'udp', random: () => 0 };

function zoneSet(name: Name, text: string): ZoneSet {
  const file = parseZoneFile(text, { origin: name, defaultTtl: 300 });
  assert.ok(file.ok);
  return createZoneSet([compileZone({ name, kind: 'private', records: file.records })]);
}

const CLOUD = zoneSet('cloud.example.', 'www A 10.0.0.1');

test('an authority says AA and a resolver RA; both repeat RD, CD and the question as it was spelt', () => {
  const packet = encodeQuery({ id: 77, name: 'www.cloud.example.', type: 'A' });
  packet.set(new TextEncoder().encode('WwW'), 13);
  packet[3]! |= 0x10;
  for (const context of [RESOLVER, AUTHORITY]) {
    const answer = answerQuery(CLOUD, packet, context);
    assert.ok(answer.kind === 'answer');
    const { id, flags, question } = decodeMessage(answer.response)!;
    const { authoritative } = context;
    assert.deepEqual(flags, {
      qr: true,
      opcode: 0,
      aa: authoritative,
      tc: false,
      rd: true,
      ra: !authoritative,
      ad: false,
      cd: true,
    });
    assert.deepEqual([id, question!.spelling], [77, nameToWire('WwW.cloud.example')]);
  }
});

test('queries that are not looked up get the RCODE that says why', () => {
  const base = decodeMessage(encodeQuery({ id: 5, name: 'www.cloud.example.', type: 'A' }))!;
  const question = base.question!;
  const edns = base.edns!;
  const queries: [string, Message, string][] = [
    ['class CH', { ...base, question: { ...question, class: 3 } }, 'REFUSED'],
    ['a transfer', { ...base, question: { ...question, type: 'AXFR' } }, 'REFUSED'],
    ['an incremental transfer', { ...base, question: { ...question, type: 'IXFR' } }, 'REFUSED'],
    ['a type that is none', { ...base, question: { ...question, type: 'TSIG' } }, 'NOTIMP'],
    ['no question', { ...base, question: undefined }, 'FORMERR'],
    [
      'an answer in it',
      { ...base, answers: [{ name: '.', type: 'A', class: 1, ttl: 0, data: new Uint8Array(4) }] },
      'FORMERR',
    ],
    ['another opcode', { ...base, flags: { ...base.flags, opcode: 5 } }, 'NOTIMP'],
    ['a later EDNS', { ...base, edns: { ...edns, version: 1 } }, 'BADVERS'],
  ];
  for (const [why, query, rcode] of queries) {
    const answer = answerQuery(CLOUD, encodeMessage(query), AUTHORITY);
    assert.ok(answer.kind === 'answer', why);
    const response = decodeMessage(answer.response)!;
    assert.equal(rcodeName(response.rcode), rcode, why);
    assert.deepEqual([response.id, response.edns?.version, response.answers.length], [5, 0, 0], why);
  }
});

test('malformed packets get FORMERR, responses and scraps nothing', () => {
  const packet = encodeQuery({ id: 5, name: 'www.cloud.example.', type: 'A' });
  const cut = answerQuery(CLOUD, packet.subarray(0, 20), RESOLVER);
  assert.ok(cut.kind === 'answer');
  const { id, rcode, question, edns } = decodeMessage(cut.response)!;
  assert.deepEqual([id, rcodeName(rcode), question, edns], [5, 'FORMERR', undefined, undefined]);
  assert.equal(answerQuery(CLOUD, packet.subarray(0, 11), RESOLVER).kind, 'ignored');
  packet[2]! |= 0x80;
  assert.equal(answerQuery(CLOUD, packet, RESOLVER).kind, 'ignored');
});

test('a name that no zone covers is outside', () => {
  const answer = answerQuery(CLOUD, encodeQuery({ id: 5, name: 'example.', type: 'A' }), RESOLVER);
  assert.ok(answer.kind === 'outside');
  assert.equal(answer.query.question.name, 'example.');
});

test('UDP responses keep to the client’s size, 512 without EDNS and 1232 at most; TCP ones are whole', () => {
  const records = Array.from({ length: 400 }, (_, index) => `big A 10.0.${index >> 8}.${index & 255}`);
  const medium = Array.from({ length: 60 }, (_, index) => `medium A 10.0.0.${index}`);
  const zones = zoneSet('a.', [...records, ...medium].join('\n'));
  const size = (name: Name, udpSize: number | undefined, transport: 'udp' | 'tcp') => {
    const edns = udpSize === undefined ? (false as const) : { udpSize, version: 0, do: true, options: [] };
    const answer = answerQuery(zones, encodeQuery({ id: 1, name, type: 'A', edns }), {
      ...RESOLVER,
      transport,
    });
    assert.ok(answer.kind === 'answer');
    const response = decodeMessage(answer.response)!;
    assert.equal(response.edns?.do, udpSize === undefined ? undefined : true);
    return [response.flags.tc, response.answers.length];
  };
  assert.deepEqual(size('big.a.', 4096, 'udp'), [true, 0]);
  assert.deepEqual(size('big.a.', undefined, 'tcp'), [false, 400]);
  assert.deepEqual(size('big.a.', 512, 'tcp'), [false, 400]);
  assert.deepEqual(size('medium.a.', 1232, 'udp'), [false, 60]);
  assert.deepEqual(size('medium.a.', 512, 'udp'), [true, 0]);
  assert.deepEqual(size('medium.a.', 0, 'udp'), [true, 0]);
  assert.deepEqual(size('medium.a.', undefined, 'udp'), [true, 0]);
});
