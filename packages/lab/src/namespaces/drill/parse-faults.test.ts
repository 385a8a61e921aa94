import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseTopology } from '@pointsman/core/topology';
import fc from 'fast-check';
import { planNamespaces } from '../world/plan-topology.ts';
import { FAULT_ARGUMENTS, formatFaults } from './fault.ts';
import { parseFaults } from './parse-faults.ts';

const ACME = new URL('../../../../../examples/acme/', import.meta.url);
const plan = planNamespaces(readAcme());

const DRILLS = [
  'kill main/a',
  'freeze main/b',
  'reboot main/a',
  'kill-agent main/b',
  'fill-disk main/c',
  'bad-route main/a',
  'clock main/a +10m',
  'zone ap-southeast-2a',
  'link shared-sydney',
  'upstream 192.168.1.53',
  'slow-attach 20s',
  'slow-detach 1.5s',
  'stuck-detach',
  'metadata-down',
  'api-down',
  'api-throttle 90%',
  'loss 10%',
];

test('every kind of drill is read, and written as it was', () => {
  const kinds = DRILLS.map((text) => {
    const parsed = parseFaults(text.split(' '), plan);
    assert.ok(parsed.ok, text);
    assert.equal(formatFaults(parsed.faults), text);
    return parsed.faults[0]!.kind;
  });
  assert.deepEqual(kinds.toSorted(), Object.keys(FAULT_ARGUMENTS).toSorted());
});

test('several faults are one drill, with "and" between them', () => {
  const text = 'kill main/a and clock main/b -90s and loss 10%';
  const parsed = parseFaults(text.split(' '), plan);
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.faults, [
    { kind: 'kill', member: 'main/a' },
    { kind: 'clock', member: 'main/b', ms: -90_000 },
    { kind: 'loss', share: 0.1 },
  ]);
  assert.equal(formatFaults(parsed.faults), text);
});

test('a link may be named from either end, and units left out', () => {
  assert.deepEqual(
    parseFaults(['link', 'sydney-shared'], plan),
    parseFaults(['link', 'shared-sydney'], plan),
  );
  assert.deepEqual(parseFaults(['slow-attach', '1.5'], plan), {
    ok: true,
    faults: [{ kind: 'slow-attach', ms: 1500 }],
  });
  assert.deepEqual(parseFaults(['loss', '5'], plan), {
    ok: true,
    faults: [{ kind: 'loss', share: 0.05 }],
  });
});

for (const [words, message] of [
  ['kil main/a', /"kil" is no drill; did you mean "kill"\?/],
  ['kill', /say what: kill TIER\/MEMBER/],
  ['kill main/d', /"main\/d" is no member of the lab/],
  ['kill main/a main/b', /"main\/b" is too much: write kill TIER\/MEMBER, and "and" between two faults$/],
  ['kill main/a and', /write a drill on each side of "and"/],
  ['kill main/a and kil main/b', /"kil" is no drill; did you mean "kill"\?/],
  ['loss 10% and loss 20%', /"loss" is there twice/],
  ['clock main/a', /say what: clock TIER\/MEMBER \+TIME/],
  ['clock main/a 10m', /"10m" is no jump of a clock; write \+10m/],
  ['clock main/a +0s', /"\+0s" is no jump of a clock/],
  ['clock main/a +999h', /up to a week/],
  ['zone eu-west-1a', /"eu-west-1a" is no availability zone of the lab/],
  ['link orders-billing', /"orders-billing" is no link of the lab/],
  ['upstream sydney', /"sydney" is not an address/],
  ['upstream 192.168.1.54', /"192.168.1.54" is no server of the lab/],
  ['slow-attach soon', /"soon" is no time/],
  ['slow-attach 999999', /3600 at most/],
  ['metadata-down now', /"now" is too much: write metadata-down, and/],
  ['api-throttle 0', /"0" is no share of calls/],
  ['loss 0', /"0" is no share of packets/],
  ['loss 101%', /"101%" is no share of packets; write a percentage above 0, 100 at most/],
] as const) {
  test(`\`${words}\` says what is wrong`, () => {
    const parsed = parseFaults(words.split(' '), plan);
    assert.ok(!parsed.ok);
    assert.match(parsed.message, message);
  });
}

test('no words are taken for a drill that is written otherwise', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom(...DRILLS.flatMap((text) => text.split(' '))));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), (words) => {
      const parsed = parseFaults(words, plan);
      if (!parsed.ok) return assert.notEqual(parsed.message, '');
      assert.deepEqual(parseFaults(formatFaults(parsed.faults).split(' '), plan), parsed);
    }),
  );
});

function readAcme() {
  const path = new URL('hybrid.yaml', ACME);
  const read = (name: string) => readFileSync(new URL(name, ACME), 'utf8');
  const result = parseTopology({ path: path.pathname, text: read('hybrid.yaml'), format: 'yaml' }, read);
  assert.ok(result.ok);
  return result.topology;
}
