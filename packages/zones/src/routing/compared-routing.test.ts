import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsOf, NXDOMAIN, rdataToText } from '@pointsman/core/dns';
import fc from 'fast-check';
import { resolve } from '../resolve.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { GeoProximityLocation, RequestedChange, ResourceRecordSet, Vpc } from '../store/model.ts';
import { Refusal } from '../store/refusal.ts';
import { AWS_LIMITS } from '../store/store.ts';
import { openZoneDirectory } from '../zone-directory.ts';
import { distanceBetween, placeOf } from './places.ts';

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
  geoproximity: fc.record({
    geoProximity: fc.record({ awsRegion: fc.constantFrom(...REGIONS), bias: fc.constantFrom(-60, 0, 60) }),
  }),
  multivalue: fc.record({ multiValueAnswer: fc.constant(true) }),
  'ip-based': fc.record({
    cidrRouting: fc.record({
      collectionId: fc.constant('collection'),
      locationName: fc.constantFrom('near', 'far', '*'),
    }),
  }),
};
/** Which of them need no region, and so can be compared where an authority of a public zone answers. */
const WITHOUT_REGION = ['weighted', 'failover', 'multivalue', 'ip-based'];
/** Clients, and the location of the collection that each is in. */
const CLIENTS: Record<string, string | undefined> = {
  '192.0.2.1': 'near',
  '198.51.100.1': 'far',
  '203.0.113.1': undefined,
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
const group = (aliases: boolean, policies: readonly string[]): fc.Arbitrary<ResourceRecordSet[]> =>
  fc
    .tuple(name, fc.constantFrom('simple', ...policies))
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

type Kind = 'private' | 'public';
type World = {
  kind: Kind;
  sets: ResourceRecordSet[];
  healthy: ReadonlySet<string>;
  region: string;
  client: string;
};

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
    // What a private zone does not use cannot be healthy.
    if (each.cidrRouting && world.kind === 'private') return false;
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
  if (first!.geoProximity !== undefined) {
    const costs = pool.map((set) => biasedDistance(world.region, set.geoProximity!));
    return pool.filter((_, index) => costs[index] === Math.min(...costs));
  }
  if (first!.cidrRouting !== undefined) {
    if (world.kind === 'private') return [];
    const at = (location: string | undefined, among: ResourceRecordSet[]) =>
      among.filter((set) => set.cidrRouting!.locationName === location);
    const here = CLIENTS[world.client];
    const orders = [at(here, healthy), at('*', healthy), at(here, group), at('*', group)];
    return orders.find((candidates) => candidates.length > 0) ?? [];
  }
  return pool;
}

/** Kilometres, which a positive bias shrinks and a negative one stretches. */
function biasedDistance(from: string, { awsRegion, bias = 0 }: GeoProximityLocation): number {
  const distance = distanceBetween(placeOf(from)!, placeOf(awsRegion!)!);
  return bias >= 0 ? distance * (1 - bias / 100) : distance / (1 + bias / 100);
}

const questions = fc.array(
  fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 3 }).map((labels) => [...labels, APEX].join('.')),
  { minLength: 12, maxLength: 12 },
);

for (const kind of ['private', 'public'] as const) {
  test(`answers of random ${kind} zones are among those that the rules allow`, async () => {
    const policies = kind === 'private' ? Object.keys(POLICIES) : WITHOUT_REGION;
    const world = fc.record({
      base: fc.array(group(false, policies), { maxLength: 5 }),
      aliases: fc.array(group(true, policies), { maxLength: 5 }),
      healthy: fc.subarray(CHECKS),
      region: fc.constantFrom(...REGIONS),
      client: fc.constantFrom(...Object.keys(CLIENTS)),
    });
    const numbers = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(world, questions, numbers, async ({ base, aliases, ...rest }, names, numbers) => {
        const place = { ...rest, kind, healthy: new Set(rest.healthy) };
        const { ask, sets } = await serve([...base, ...aliases], place, () => numbers.next().value as number);
        for (const asked of names) {
          const answers = ask(asked);
          const expected = allowed({ ...place, sets }, asked);
          for (const answer of answers)
            assert.ok(expected.has(answer), `${asked} ${answer}, not one of ${[...expected]}`);
          answered += answers[0]!.startsWith('10.') ? 1 : 0;
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(answered > 300, `only ${answered} questions had addresses`);
  });
}

/** A store with those groups that it takes, and what its zone then holds. */
async function serve(
  groups: ResourceRecordSet[][],
  { kind, healthy, region, client }: Omit<World, 'sets'>,
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
  const { value: collection } = await store.createCidrCollection({
    account: '1',
    name: 'collection',
    callerReference: 'c',
  });
  const blocks = { near: ['192.0.2.0/24'], far: ['198.51.0.0/16'] };
  const puts = Object.entries(blocks).map(([locationName, cidrs]) => ({
    action: 'PUT' as const,
    locationName,
    cidrs,
  }));
  await store.changeCidrCollection(collection.id, puts, undefined);
  const names = new Map(Array.from(ids, ([check, id]) => [id, check]));
  const directory = openZoneDirectory(store, {
    isHealthy: (id) => healthy.has(names.get(id)!),
    findTarget: () => undefined,
  });
  const { value: zone } = await store.createZone({
    account: '1',
    name: APEX,
    callerReference: 'z',
    vpc: kind === 'private' ? { id: 'vpc', region } : undefined,
  });
  for (const sets of groups) {
    for (const set of sets) await tryCreate(set);
  }
  const kept = store.recordSets(zone.id, undefined, 1000).recordSets.filter(({ type }) => type === 'A');
  const sets = kept.map((set) =>
    set.healthCheckId === undefined ? set : { ...set, healthCheckId: names.get(set.healthCheckId)! },
  );
  const zones = kind === 'private' ? directory.ofVpc(vpc) : directory.ofPublic();
  const ask = (asked: string): string[] => {
    const { rcode, answers } = resolve(zones, asked, 'A', random, client);
    if (rcode === NXDOMAIN) return ['NXDOMAIN'];
    return answers.length === 0 ? ['NODATA'] : answers.map((each) => rdataToText(each.type, each.data));
  };
  return { ask, sets };

  /** Aliases in a circle end where we give up, which no rule says: they have a test of their own. */
  async function tryCreate(set: ResourceRecordSet): Promise<void> {
    if (set.alias && leadsTo(set.alias.dnsName, set.name)) return;
    const recordSet = {
      ...set,
      ...(set.alias && { alias: { ...set.alias, hostedZoneId: zone.id } }),
      ...(set.cidrRouting && { cidrRouting: { ...set.cidrRouting, collectionId: collection.id } }),
      ...(set.healthCheckId && { healthCheckId: ids.get(set.healthCheckId)! }),
    };
    const change: RequestedChange = { action: 'CREATE', recordSet };
    await store
      .changeRecordSets(zone.id, [change])
      .catch((error) => assert.ok(error instanceof Refusal, String(error)));
  }

  function leadsTo(from: string, to: string): boolean {
    const targets = store.recordSetsAt(zone.id, from).flatMap(({ alias }) => alias?.dnsName ?? []);
    return from === to || targets.some((target) => leadsTo(target, to));
  }
}
