import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatRoute53Name } from '../records/names.ts';
import { RECORD_TYPES } from '../records/values.ts';
import { createStoreZone } from '../store-zone.ts';
import { createMemoryStore } from './memory-store.ts';
import type { RequestedChange, ResourceRecordSet } from './model.ts';
import { Refusal } from './refusal.ts';
import { OPTIONS, privateZone } from './store.contract.ts';

/** Whatever a client sends: it is refused in AWS's words, or it can be answered, listed, and deleted as it was listed. */

const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '0', '4', '5', ' ', 'a', '.', ';', '(', '@', '#', '*'),
    maxLength: 10,
  }),
);
const label = fc.oneof(fc.constantFrom('a', 'B', '*', '_x', '\\052', '\\040', '\\056', '\\\\', '\\.'), text);
const name = fc.array(label, { maxLength: 3 }).map((labels) => [...labels, 'z.example'].join('.'));
const value = fc.oneof(
  fc.constantFrom(
    '10.0.0.1',
    'fd00::1',
    'x.example',
    '10 x.example',
    '1 2 3 x.example',
    '"t"',
    '0 issue "ca"',
    '1 . alpn=h2',
  ),
  text,
  text.map((inner) => `"${inner}"`),
);
/** Values that their type takes, for most record sets. */
const GOOD: Record<string, readonly string[]> = {
  A: ['10.0.0.1', '10.0.0.2'],
  AAAA: ['fd00::1'],
  CNAME: ['x.example', '\\100.x.example'],
  MX: ['10 x.example'],
  NS: ['ns.example'],
  SRV: ['1 2 3 x.example'],
  TXT: ['"t"', '"\\"\\101\\\\"', '"a" "b"'],
};
const typed = fc
  .constantFrom(...Object.keys(GOOD))
  .chain((type) =>
    fc
      .uniqueArray(fc.constantFrom(...GOOD[type]!), { minLength: 1, maxLength: 2 })
      .map((values) => ({ type, values })),
  );
const untyped = fc.record({
  type: fc.oneof(fc.constantFrom(...RECORD_TYPES), text),
  values: fc.oneof(fc.array(value, { minLength: 1, maxLength: 2 }), fc.constantFrom([], undefined)),
});
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const policy = fc.record({
  setIdentifier: fc.oneof(fc.constant('a'), text),
  weight: fc.integer({ min: -1, max: 300 }),
});
const recordSet: fc.Arbitrary<ResourceRecordSet> = fc
  .tuple(
    fc.record({
      name,
      ttl: fc.oneof(
        { weight: 9, arbitrary: fc.constant(60) },
        { weight: 1, arbitrary: fc.constantFrom(-1, 1.5, 2 ** 31, undefined) },
      ),
      geoProximity: rarely(fc.record({ awsRegion: text, bias: fc.integer({ min: -120, max: 120 }) })),
    }),
    fc.oneof(typed, typed, untyped),
    rarely(policy),
  )
  .map(([fields, content, routing]) => ({ ...fields, ...content, ...routing }));
const action = fc.constantFrom('CREATE' as const, 'CREATE' as const, 'UPSERT' as const, 'DELETE' as const);

test('any change is refused, or can be answered, listed and deleted again as listed', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ action, recordSet }), { minLength: 1, maxLength: 3 }),
      async (changes) => {
        const store = createMemoryStore(OPTIONS);
        const zone = await privateZone(store);
        const before = store.recordSets(zone.id, undefined, 100);
        for (const change of changes)
          taken += await tryChange(() => store.changeRecordSets(zone.id, [change]));
        const { recordSets } = store.recordSets(zone.id, undefined, 100);
        const live = createStoreZone(zone);
        for (const set of recordSets) live.put(set.name, store.recordSetsAt(zone.id, set.name));
        for (const set of recordSets) assert.ok(live.nodes.get(set.name)!.length > 0);
        const made = recordSets.filter((set) => !before.recordSets.includes(set) && set.name !== zone.name);
        const deletions = made.map(
          (set): RequestedChange => ({
            action: 'DELETE',
            recordSet: { ...set, name: formatRoute53Name(set.name) },
          }),
        );
        if (deletions.length > 0) await store.changeRecordSets(zone.id, deletions);
        const left = store.recordSets(zone.id, undefined, 100).recordSets;
        assert.ok(left.every((set) => set.name === zone.name));
      },
    ),
    { numRuns: 2000 },
  );
  assert.ok(taken > 200, `only ${taken} changes were taken`);
});

async function tryChange(change: () => Promise<unknown>): Promise<number> {
  try {
    await change();
    return 1;
  } catch (error) {
    assert.ok(error instanceof Refusal, `${error}`);
    assert.ok(error.messages.every((message) => message !== ''));
    return 0;
  }
}
