import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseTopology } from '@pointsman/core/topology';
import fc from 'fast-check';
import { planNamespaces } from '../world/plan-topology.ts';
import { FAULT_ARGUMENTS, formatFault, parseFault } from './fault.ts';

const ACME = new URL('../../../../../examples/acme/', import.meta.url);
const plan = planNamespaces(readAcme());

const DRILLS = [
  'kill main/a',
  'freeze main/b',
  'fill-disk main/c',
  'zone ap-southeast-2a',
  'link shared-sydney',
  'upstream 192.168.1.53',
  'slow-attach 20s',
  'metadata-down',
  'loss 10%',
];

test('every kind of drill is read, and written as it was', () => {
  const kinds = DRILLS.map((text) => {
    const parsed = parseFault(text.split(' '), plan);
    assert.ok(parsed.ok, text);
    assert.equal(formatFault(parsed.fault), text);
    return parsed.fault.kind;
  });
  assert.deepEqual(kinds.toSorted(), Object.keys(FAULT_ARGUMENTS).toSorted());
});

test('a link may be named from either end, and units left out', () => {
  assert.deepEqual(parseFault(['link', 'sydney-shared'], plan), parseFault(['link', 'shared-sydney'], plan));
  assert.deepEqual(parseFault(['slow-attach', '1.5'], plan), {
    ok: true,
    fault: { kind: 'slow-attach', ms: 1500 },
  });
  assert.deepEqual(parseFault(['loss', '5'], plan), { ok: true, fault: { kind: 'loss', share: 0.05 } });
});

for (const [words, message] of [
  ['kil main/a', /"kil" is no drill; did you mean "kill"\?/],
  ['kill', /say what: kill TIER\/MEMBER/],
  ['kill main/d', /"main\/d" is no member of the lab/],
  ['kill main/a main/b', /"main\/b" is too much: write kill TIER\/MEMBER/],
  ['zone eu-west-1a', /"eu-west-1a" is no availability zone of the lab/],
  ['link orders-billing', /"orders-billing" is no link of the lab/],
  ['upstream sydney', /"sydney" is not an address/],
  ['upstream 192.168.1.54', /"192.168.1.54" is no server of the lab/],
  ['slow-attach soon', /"soon" is no time/],
  ['slow-attach 999999', /3600 at most/],
  ['metadata-down now', /"now" is too much: write metadata-down$/],
  ['loss 0', /"0" is no share of packets/],
  ['loss 101%', /"101%" is no share of packets; write a percentage above 0, 100 at most/],
] as const) {
  test(`\`${words}\` says what is wrong`, () => {
    const parsed = parseFault(words.split(' '), plan);
    assert.ok(!parsed.ok);
    assert.match(parsed.message, message);
  });
}

test('no words are taken for a drill that is written otherwise', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom(...DRILLS.flatMap((text) => text.split(' '))));
  fc.assert(
    fc.property(fc.array(word, { maxLength: 3 }), (words) => {
      const parsed = parseFault(words, plan);
      if (!parsed.ok) return assert.notEqual(parsed.message, '');
      assert.deepEqual(parseFault(formatFault(parsed.fault).split(' '), plan), parsed);
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
