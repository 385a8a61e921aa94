import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeMessage,
  type EdnsOption,
  encodeQuery,
  type Message,
  type Name,
  type ResourceRecord,
  rdataFromText,
  rdataToText,
} from '@pointsman/core/dns';
import fc from 'fast-check';
import { answerQuery } from '../answer-query.ts';
import { compileZone } from '../compile-zone.ts';
import { question, zoneList } from '../random-zones.fixture.ts';
import { createZoneSet, type ZoneSet, zoneFor } from '../zone-set.ts';
import { createAnswerer, NOT_PLAIN } from './answer-in-place.ts';

/** What is answered in place is what `answerQuery` answers, record for record; and all that is ordinary is answered in place. */

const MARGIN = 40;

/** The response in place, written amid a larger buffer as into a batch; undefined where it is left to the whole way. */
function inPlace(zones: ZoneSet, packet: Uint8Array, authoritative: boolean, random: () => number) {
  const batch = new Uint8Array(MARGIN + packet.length + MARGIN).fill(0xa5);
  batch.set(packet, MARGIN);
  const out = new Uint8Array(MARGIN + 4096 + MARGIN).fill(0x5a);
  const answer = createAnswerer(authoritative, random);
  const length = answer(zones, batch, MARGIN, packet.length, out, MARGIN);
  assert.ok(
    out.subarray(0, MARGIN).every((byte) => byte === 0x5a),
    'nothing is written before its place',
  );
  assert.ok(
    out.subarray(MARGIN + 1232).every((byte) => byte === 0x5a),
    'nor after it',
  );
  return length === NOT_PLAIN ? undefined : out.subarray(MARGIN, MARGIN + length);
}

function whole(zones: ZoneSet, packet: Uint8Array, authoritative: boolean, random: () => number) {
  return answerQuery(zones, packet, { authoritative, transport: 'udp', random });
}

/** A message, with its data as text: where names in it are compressed, they have the capitals of the question. */
function read(response: Uint8Array) {
  const { answers, authorities, ...rest } = decodeMessage(response)!;
  const texts = (records: readonly ResourceRecord[]) =>
    records.map(({ data, ...record }) => ({ ...record, text: rdataToText(record.type, data) }));
  return { ...rest, answers: texts(answers), authorities: texts(authorities) };
}

/** What only the whole way has to say. */
function isOrdinary(message: Message): boolean {
  const { rcode, flags, answers, authorities } = message;
  const aliases = answers.filter(({ type }) => type === 'CNAME').length;
  const isReferral = authorities.some(({ type }) => type === 'NS');
  return (
    (rcode === 0 || rcode === 3) &&
    !flags.tc &&
    !isReferral &&
    aliases <= 4 &&
    !answers.some(({ type }) => type === 'DNAME')
  );
}

const edns = fc.option(
  fc.record({
    udpSize: fc.constantFrom(0, 512, 1232, 4096),
    version: fc.constant(0),
    do: fc.boolean(),
    options: fc.constantFrom<EdnsOption[]>([], [{ code: 10, data: new Uint8Array(8) }]),
  }),
  { nil: undefined },
);
const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

for (const kind of ['private', 'external'] as const) {
  test(`the answers of ${kind} zones are those of answerQuery`, () => {
    const queries = fc.array(fc.tuple(question, edns, unit, fc.boolean()), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(zoneList(kind), queries, fc.boolean(), (list, asked, authoritative) => {
        const zones = createZoneSet(list.map(compileZone));
        for (const [[name, type], opt, at, rd] of asked) {
          const packet = encodeQuery({ id: 7, name, type, recursionDesired: rd, edns: opt ?? false });
          const expected = whole(zones, packet, authoritative, () => at);
          const response = inPlace(zones, packet, authoritative, () => at);
          if (response === undefined) {
            if (expected.kind === 'outside' || expected.kind === 'ignored') continue;
            const isBelowCut = expected.kind === 'open' && zoneFor(zones, expected.next, type) !== undefined;
            assert.ok(isBelowCut || !isOrdinary(decodeMessage(expected.response)!), `${name} ${type}`);
            continue;
          }
          assert.ok(expected.kind === 'answer' || expected.kind === 'open');
          assert.deepEqual(read(response), read(expected.response), `${name} ${type}`);
        }
      }),
      { numRuns: 300 },
    );
  });
}

const ZONES = zonesOf({
  'www.z.test.': ['A', '10.0.0.1', '10.0.0.2', '10.0.0.3'],
  'alias.z.test.': ['CNAME', 'www.z.test.'],
  'out.z.test.': ['CNAME', 'elsewhere.test.'],
  'big.z.test.': ['TXT', `"${'x'.repeat(250)}" "${'y'.repeat(250)}"`],
  'huge.z.test.': [
    'TXT',
    Array(6)
      .fill(`"${'x'.repeat(250)}"`)
      .join(' '),
  ],
  '*.w.z.test.': ['A', '10.0.0.9'],
});

function zonesOf(records: Record<Name, [type: string, ...values: string[]]>): ZoneSet {
  const sets = Object.entries(records).map(([name, [type, ...values]]) => ({
    name,
    type,
    ttl: 60,
    data: values.map((value) => rdataFromText(type, value, '.')),
  }));
  return createZoneSet([compileZone({ name: 'z.test.', kind: 'private', records: sets })]);
}

test('no packet is answered in place otherwise than the whole way: queries with bytes changed, cut and added', () => {
  const sources = ['www', 'alias', 'out', 'big', 'huge', 'a.b.w', 'none'].flatMap((name) =>
    [false as const, undefined].map((opt) =>
      encodeQuery({ id: 1, name: `${name}.z.test.`, type: 'A', ...(opt === false && { edns: opt }) }),
    ),
  );
  const packets = fc
    .tuple(
      fc.constantFrom(...sources),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
      fc.nat(90),
    )
    .map(([source, changes, size]) => {
      const packet = new Uint8Array(size > 60 ? source.length : Math.min(size, source.length + 8));
      packet.set(source.subarray(0, packet.length));
      for (const [at, value] of changes) if (packet.length > 0) packet[at % packet.length] = value;
      return packet;
    });
  fc.assert(
    fc.property(packets, (packet) => {
      const response = inPlace(ZONES, packet, false, () => 0);
      if (response === undefined) return;
      const expected = whole(ZONES, packet, false, () => 0);
      assert.ok(expected.kind === 'answer' || expected.kind === 'open');
      assert.deepEqual(read(response), read(expected.response));
    }),
    { numRuns: 5000 },
  );
});

test('the records of a set begin at a random one, each as often as the others', () => {
  const packet = encodeQuery({ id: 1, name: 'www.z.test.', type: 'A' });
  const firsts = [0, 0.34, 0.67, 0.999].map((at) => {
    const response = inPlace(ZONES, packet, false, () => at)!;
    return decodeMessage(response)!.answers.map(({ data }) => data[3]);
  });
  assert.deepEqual(firsts, [
    [1, 2, 3],
    [2, 3, 1],
    [3, 1, 2],
    [3, 1, 2],
  ]);
});

test('a response that would be truncated is left to the whole way, by the size that the client takes', () => {
  const ask = (name: Name, udpSize: number) => {
    const packet = encodeQuery({
      id: 1,
      name,
      type: 'TXT',
      edns: { udpSize, version: 0, do: false, options: [] },
    });
    return inPlace(ZONES, packet, false, () => 0)?.length;
  };
  assert.equal(ask('big.z.test.', 512), undefined);
  assert.equal(ask('big.z.test.', 1232), 12 + (12 + 4) + (12 + 502) + 11);
  assert.equal(ask('huge.z.test.', 4096), undefined);
});
