import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { topologyFromValue } from '@pointsman/core/topology';
import { AWS_LIMITS, createSeededStore, type Mutation, Refusal, type Store } from '@pointsman/zones';
import fc from 'fast-check';
import { applyChanges, changesOf, type Drift, reconcile } from './drift.ts';
import { decodePart, encodePart, keyOf } from './parts.ts';
import { type Seed, seedMutations, seedOf } from './seed.ts';

const REGION = 'eu-west-1';
const ACCOUNT = '000000000000';

function seedWith(records: object, zones: object = {}): Seed {
  const result = topologyFromValue(
    {
      name: 'drifting',
      networks: {
        hub: { kind: 'vpc', region: REGION, cidrs: ['10.81.0.0/16'] },
        spoke: { kind: 'vpc', region: REGION, cidrs: ['10.82.0.0/16'] },
      },
      zones: { 'z.example': { kind: 'private', networks: ['hub'], records }, ...zones },
    },
    'drifting.ts',
    () => undefined,
  );
  assert.ok(result.ok, JSON.stringify(result));
  return seedOf(result.topology);
}
const SEED = seedWith({ a: { A: ['10.0.0.1', '10.0.0.2'] }, b: { A: ['10.0.0.3'], TXT: ['"b"'] } });
const ZONE = [...SEED.zones.keys()][0]!;
const vpcKey = (network: string) => ({ id: SEED.vpcs.get(network)!.id, region: REGION });

/** A store over a seed and drift, whose writes go to the drift. */
function open(seed: Seed, drift: Drift): Store {
  const parts = Array.from(drift.values(), ({ now }) => now);
  const vpcs = [...seed.vpcs.values()];
  const journal = {
    append: ({ mutations }: { mutations: readonly Mutation[] }) =>
      applyChanges(drift, changesOf(drift, seed, mutations)),
    close: () => undefined,
  };
  const findVpc = (id: string) => vpcs.find((vpc) => vpc.id === id);
  return createSeededStore([...seedMutations(seed), ...parts], journal, {
    findVpc,
    limits: AWS_LIMITS,
    now: () => 0,
  });
}

/** All that a store holds, the values of each record set in one order. */
function contents(store: Store) {
  return store.zones().map((zone) => ({
    zone,
    sets: store
      .recordSets(zone.id, undefined, 1000)
      .recordSets.map((set) => ({ ...set, values: set.values?.toSorted() })),
    tags: store.tags({ kind: 'hostedzone', id: zone.id }),
  }));
}

const owner = fc.constantFrom('a.z.example', 'b.z.example', 'c.z.example');
const recordSet = fc.record({
  name: owner,
  type: fc.constantFrom('A', 'AAAA'),
  ttl: fc.constantFrom(60, 300),
  values: fc.uniqueArray(fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3'), { minLength: 1 }),
});
type Call = (store: Store) => Promise<unknown>;
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(fc.constantFrom('CREATE' as const, 'UPSERT' as const, 'DELETE' as const), recordSet).map(
    ([action, set]): Call =>
      (store) => {
        const values = set.type === 'A' ? set.values : set.values.map((value) => `::${value.at(-1)}`);
        return store.changeRecordSets(ZONE, [{ action, recordSet: { ...set, values } }]);
      },
  ),
  fc.constantFrom<Call>(
    (store) => store.setZoneComment(ZONE, 'by hand'),
    (store) => store.setZoneComment(ZONE, 'from the topology'),
    (store) => store.associateVpc(ZONE, vpcKey('spoke'), ACCOUNT),
    (store) => store.disassociateVpc(ZONE, vpcKey('spoke')),
    (store) => store.changeTags({ kind: 'hostedzone', id: ZONE }, { team: 'dns' }, []),
    (store) => store.changeTags({ kind: 'hostedzone', id: ZONE }, {}, ['team']),
    (store) =>
      store.createZone({ account: ACCOUNT, name: 'y.example', callerReference: 'y', vpc: vpcKey('hub') }),
    (store) => store.deleteZone(store.zones().find(({ name }) => name === 'y.example.')?.id ?? 'none'),
  ),
);
const isRefusal = (error: unknown) => assert.ok(error instanceof Refusal, String(error));

describe('drift', () => {
  test('over the file it makes what the API has left, whatever was called', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 12 }), async (calls) => {
        const drift: Drift = new Map();
        const store = open(SEED, drift);
        for (const each of calls) await each(store).catch(isRefusal);
        const kept = new Map(
          Array.from(drift, ([key, { file, now }]) => [
            key,
            { file: decodePart(encodePart(file)), now: decodePart(encodePart(now)) },
          ]),
        );
        const again = reconcile(kept, SEED);
        assert.deepEqual(again.conflicts, []);
        assert.deepEqual(contents(open(SEED, again.drift)), contents(store));
        for (const [key, { now }] of again.drift) assert.equal(keyOf(now), key);
      }),
      { numRuns: 300 },
    );
  });

  test('is gone when everything is as the file says again', async () => {
    const drift: Drift = new Map();
    const store = open(SEED, drift);
    const change = (action: 'UPSERT' | 'DELETE', ...values: string[]) =>
      store.changeRecordSets(ZONE, [
        { action, recordSet: { name: 'a.z.example', type: 'A', ttl: 300, values } },
      ]);
    await change('UPSERT', '10.9.9.9');
    const { value: made } = await store.createZone({
      account: ACCOUNT,
      name: 'y.example',
      callerReference: 'y',
    });
    await store.changeTags({ kind: 'hostedzone', id: made.id }, { team: 'dns' }, []);
    assert.equal(drift.size, 4);
    await store.deleteZone(made.id);
    await change('UPSERT', '10.0.0.2', '10.0.0.1');
    assert.equal(drift.size, 0);
  });

  test('gives way to a file that says something else of the same name now, and is none where the file has caught up', async () => {
    const drift: Drift = new Map();
    const store = open(SEED, drift);
    for (const name of ['a.z.example', 'b.z.example', 'c.z.example'])
      await store.changeRecordSets(ZONE, [
        { action: 'UPSERT', recordSet: { name, type: 'A', ttl: 300, values: ['10.9.9.9'] } },
      ]);
    const edited = seedWith({
      a: { A: ['10.9.9.9'] },
      b: { A: ['10.0.0.4'], TXT: ['"b"'] },
    });
    const { drift: left, conflicts } = reconcile(drift, edited);
    assert.deepEqual([...left.keys()], [`names ${ZONE} c.z.example.`]);
    assert.deepEqual(
      conflicts.map(({ key, because }) => [key, because]),
      [[`names ${ZONE} b.z.example.`, 'the file says something else now']],
    );
  });

  test('keeps a zone of the API in place of one of the file with the same name, in whatever order they come', async () => {
    const drift: Drift = new Map();
    const store = open(seedWith({}), drift);
    await store.deleteZone(ZONE);
    const { value: made } = await store.createZone({
      account: ACCOUNT,
      name: 'z.example',
      callerReference: 'z',
      vpc: vpcKey('hub'),
    });
    await store.changeRecordSets(made.id, [
      { action: 'CREATE', recordSet: { name: 'a.z.example', type: 'A', ttl: 300, values: ['10.9.9.9'] } },
    ]);
    for (const kept of [[...drift], [...drift].reverse()]) {
      const { drift: left, conflicts } = reconcile(new Map(kept), seedWith({}));
      assert.deepEqual(conflicts, []);
      assert.deepEqual(contents(open(seedWith({}), left)), contents(store));
    }
  });

  test('goes with the zone or VPC that it was in', async () => {
    const drift: Drift = new Map();
    const store = open(SEED, drift);
    const { value: made } = await store.createZone({
      account: ACCOUNT,
      name: 'y.example',
      callerReference: 'y',
      vpc: vpcKey('hub'),
    });
    await store.associateVpc(made.id, vpcKey('spoke'), ACCOUNT);
    await store.changeRecordSets(made.id, [
      { action: 'CREATE', recordSet: { name: 'a.y.example', type: 'A', ttl: 300, values: ['10.9.9.9'] } },
    ]);
    const edited = seedWith({}, { 'y.example': { kind: 'private', networks: ['spoke'] } });
    const { drift: left, conflicts } = reconcile(drift, edited);
    assert.equal(left.size, 0);
    assert.deepEqual(
      conflicts.map(({ because }) => because),
      [
        'the file has a zone y.example. for the same VPC',
        'its zone is not there any more',
        'its zone is not there any more',
      ],
    );
  });
});
