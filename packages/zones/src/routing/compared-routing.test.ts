import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsOf, NXDOMAIN, rdataToText } from '@pointsman/core/dns';
import fc from 'fast-check';
import { resolve } from '../resolve.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { RequestedChange, ResourceRecordSet, Vpc } from '../store/model.ts';
import { Refusal } from '../store/refusal.ts';
import { AWS_LIMITS } from '../store/store.ts';
import { openZoneDirectory } from '../zone-directory.ts';

/** Random zones with policies, aliases, wildcards and sick health checks, answered by us and by the rules written down slowly and plainly. */

const APEX = 'z.test.';
const REGIONS = ['eu-west-1', 'us-west-2', 'ap-south-1'];
const CHECKS = ['one', 'two', 'three'];
const name = fc
  .array(fc.constantFrom('a', 'b', '*'), { maxLength: 2 })
  .filter((labels) => !labels.slice(1).includes('*'))
  .map((labels) => [...labels, APEX].join('.'));
const health = fc.record({ healthCheckId: fc.constantFrom(...CHECKS) }, { requiredKeys: [] });

const POLICIES: Record<string, fc.Arbitrary<Partial<ResourceRecordSet>>> = {
  weighted: fc.record({ weight: fc.constantFrom(0, 0, 1, 5) }),
  latency: fc.record({ region: fc.constantFrom(...REGIONS) }),
  failover: fc.record({ failover: fc.constantFrom('PRIMARY' as const, 'SECONDARY' as const) }),
  geolocation: fc.record({
    geoLocation: fc.constantFrom(
      { countryCode: '*' },
      { countryCode: 'US' },
      { continentCode: 'EU' },
      { continentCode: 'NA' },
    ),
  }),
  multivalue: fc.record({ multiValueAnswer: fc.constant(true) }),
};

let addresses = 0;
const values = fc.nat(0).map((): Partial<ResourceRecordSet> => {
  addresses++;
  return { ttl: 60, values: [`10.0.${(addresses >> 8) & 255}.${addresses & 255}`] };
});
const aliasTo = fc
  .tuple(name, fc.boolean())

  .map(
    ([dnsName, evaluateTargetHealth]): Partial<ResourceRecordSet> => ({
      alias: { hostedZoneId: '', dnsName, evaluateTargetHealth },
    }),
  );

/** All record sets of type A at one name: one simple set, or a group of one policy. */
const group = (aliases: boolean): fc.Arbitrary<ResourceRecordSet[]> =>
  fc
    .tuple(name, fc.constantFrom('simple', ...Object.keys(POLICIES)))
    .chain(([owner, policy]): fc.Arbitrary<ResourceRecordSet[]> => {
      const content = aliases && policy !== 'multivalue' ? fc.oneof(values, aliasTo) : values;
      if (policy === 'simple') return content.map((fields) => [{ name: owner, type: 'A', ...fields }]);
      const member = fc.tuple(content, POLICIES[policy]!, health);
      return fc.array(member, { minLength: 1, maxLength: 4 }).map((members) =>
        members.map(([fields, routing, checked], index) => ({
          name: owner,
          type: 'A',
          setIdentifier: `${index}`,
          ...fields,
          ...routing,
          ...checked,
        })),
      );
    });

type World = { sets: ResourceRecordSet[]; healthy: ReadonlySet<string>; region: string };

/** Every answer that the rules allow: the addresses (of a multivalue answer, any of them), `NODATA` or `NXDOMAIN`. */
function allowed(world: World, asked: string): Set<string> {
  const at = (owner: string) => world.sets.filter((set) => set.name === owner);
  const exists = (owner: string) =>
    owner === APEX || world.sets.some((set) => set.name === owner || set.name.endsWith(`.${owner}`));
  if (exists(asked)) return fromGroup(world, at(asked));
  let encloser = asked;
  while (!exists(encloser)) encloser = `${labelsOf(encloser).slice(1).join('.')}.`;
  const wildcard = at(`*.${encloser}`);
  return wildcard.length === 0 ? new Set(['NXDOMAIN']) : fromGroup(world, wildcard);
}

function fromGroup(world: World, group: ResourceRecordSet[]): Set<string> {
  const answers = chosenBy(world, group).flatMap((set) =>
    set.alias === undefined
      ? set.values!
      : [
          ...fromGroup(
            world,
            world.sets.filter((each) => each.name === set.alias!.dnsName),
          ),
        ],
  );
  return new Set(answers.length === 0 ? ['NODATA'] : answers);
}

function isHealthy(world: World, set: ResourceRecordSet): boolean {
  if (set.healthCheckId !== undefined && !world.healthy.has(set.healthCheckId)) return false;
  if (!set.alias?.evaluateTargetHealth) return true;
  return world.sets.some((each) => {
    if (each.name !== set.alias!.dnsName) return false;
    return (each.setIdentifier === undefined && each.alias === undefined) || isHealthy(world, each);
  });
}

function chosenBy(world: World, group: ResourceRecordSet[]): ResourceRecordSet[] {
  if (group.length === 0 || group[0]!.setIdentifier === undefined) return group;
  const healthy = group.filter((set) => isHealthy(world, set));
  const pool = healthy.length > 0 ? healthy : group;
  const [first] = group;
  if (first!.weight !== undefined) {
    const weighty = pool.filter((set) => set.weight! > 0);
    return weighty.length > 0 ? weighty : pool;
  }
  if (first!.failover !== undefined) {
    const role = (wanted: string, among: ResourceRecordSet[]) =>
      among.filter((set) => set.failover === wanted);
    for (const candidates of [role('PRIMARY', healthy), role('SECONDARY', healthy), role('PRIMARY', group)])
      if (candidates.length > 0) return candidates;
    return group;
  }
  if (first!.region !== undefined) {
    const nearness: Record<string, string[]> = {
      'eu-west-1': ['eu-west-1', 'us-west-2', 'ap-south-1'],
      'us-west-2': ['us-west-2', 'eu-west-1', 'ap-south-1'],
      'ap-south-1': ['ap-south-1', 'eu-west-1', 'us-west-2'],
    };
    const best = nearness[world.region]!.find((region) => pool.some((set) => set.region === region));
    return pool.filter((set) => set.region === best);
  }
  if (first!.geoLocation !== undefined) {
    const areas: Record<string, string[]> = {
      'eu-west-1': ['EU', '*'],
      'us-west-2': ['US', 'NA', '*'],
      'ap-south-1': ['*'],
    };
    const code = (set: ResourceRecordSet) => set.geoLocation!.countryCode ?? set.geoLocation!.continentCode!;
    const around = group.filter((set) => areas[world.region]!.includes(code(set)));
    const fit = around.filter((set) => isHealthy(world, set));
    const among = fit.length > 0 ? fit : around;
    const best = areas[world.region]!.find((area) => among.some((set) => code(set) === area));
    return among.filter((set) => code(set) === best);
  }
  return pool;
}

const questions = fc.array(
  fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }).map((labels) => [...labels, APEX].join('.')),
  { minLength: 12, maxLength: 12 },
);

test('answers of random zones are among those that the rules allow', async () => {
  const world = fc.record({
    base: fc.array(group(false), { maxLength: 5 }),
    aliases: fc.array(group(true), { maxLength: 5 }),
    healthy: fc.subarray(CHECKS),
    region: fc.constantFrom(...REGIONS),
  });
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(
      world,
      questions,
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      async ({ base, aliases, healthy, region }, names, numbers) => {
        const { ask, sets } = await serve(
          [...base, ...aliases],
          new Set(healthy),
          region,
          () => numbers.next().value as number,
        );
        for (const asked of names) {
          const answers = ask(asked);
          const expected = allowed({ sets, healthy: new Set(healthy), region }, asked);
          for (const answer of answers)
            assert.ok(expected.has(answer), `${asked} ${answer}, not one of ${[...expected]}`);
          answered += answers[0]!.startsWith('10.') ? 1 : 0;
        }
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(answered > 300, `only ${answered} questions had addresses`);
});

/** A store with those groups that it takes, and what its zone then holds. */
async function serve(
  groups: ResourceRecordSet[][],
  healthy: ReadonlySet<string>,
  region: string,
  random: () => number,
) {
  const vpc: Vpc = {
    id: 'vpc',
    region,
    account: '1',
    cidrs: [],
    enableDnsSupport: true,
    enableDnsHostnames: true,
  };
  const store = createMemoryStore({ findVpc: () => vpc, limits: AWS_LIMITS, now: () => 0 });
  const ids = new Map<string, string>();
  for (const check of CHECKS) {
    const config = { type: 'TCP' as const, ipAddress: '10.0.0.1', port: 1 };
    const { value } = await store.createHealthCheck({ account: '1', callerReference: check, config });
    ids.set(check, value.id);
  }
  const names = new Map(Array.from(ids, ([check, id]) => [id, check]));
  const directory = openZoneDirectory(store, {
    isHealthy: (id) => healthy.has(names.get(id)!),
    findTarget: () => undefined,
  });
  const { value: zone } = await store.createZone({
    account: '1',
    name: APEX,
    callerReference: 'z',
    vpc: { id: 'vpc', region },
  });
  for (const sets of groups) {
    for (const set of sets) await tryCreate(set);
  }
  const kept = store.recordSets(zone.id, undefined, 1000).recordSets.filter(({ type }) => type === 'A');
  const sets = kept.map((set) =>
    set.healthCheckId === undefined ? set : { ...set, healthCheckId: names.get(set.healthCheckId)! },
  );
  const ask = (asked: string): string[] => {
    const { rcode, answers } = resolve(directory.ofVpc(vpc), asked, 'A', random);
    if (rcode === NXDOMAIN) return ['NXDOMAIN'];
    return answers.length === 0 ? ['NODATA'] : answers.map((each) => rdataToText(each.type, each.data));
  };
  return { ask, sets };

  async function tryCreate(set: ResourceRecordSet): Promise<void> {
    const recordSet = {
      ...set,
      ...(set.alias && { alias: { ...set.alias, hostedZoneId: zone.id } }),
      ...(set.healthCheckId && { healthCheckId: ids.get(set.healthCheckId)! }),
    };
    const change: RequestedChange = { action: 'CREATE', recordSet };
    await store
      .changeRecordSets(zone.id, [change])
      .catch((error) => assert.ok(error instanceof Refusal, String(error)));
  }
}
