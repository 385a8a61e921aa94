import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAtOrBelow, labelsOf, type Name, parentOf } from '../dns/name.ts';
import { type Topology, type TopologyInput, topologyFromValue } from '../topology/index.ts';
import { type Plan, type PlannedForwarder, planTopology } from './index.ts';

type Section<Key extends 'authorities' | 'zones' | 'forwarders'> = NonNullable<TopologyInput[Key]>;
type Input = {
  name: string;
  networks: TopologyInput['networks'];
  authorities: Record<string, Omit<Section<'authorities'>[string], 'forwards'> & { forwards?: string }>;
  zones: Section<'zones'>;
  forwarders: Section<'forwarders'>;
};

const VPCS = ['v1', 'v2', 'v3'];
const AUTHORITIES = ['d1', 'd2'];
const domain = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 0, maxLength: 3 })
  .map((labels) => [...labels, 'example'].join('.'));

const zone = fc.oneof(
  fc.record({
    kind: fc.constant('private' as const),
    networks: fc.uniqueArray(fc.constantFrom(...VPCS), { minLength: 1 }),
  }),
  fc.record({ kind: fc.constant('external' as const), authority: fc.constantFrom(...AUTHORITIES) }),
  fc.constant({ kind: 'public' as const, records: {} }),
);
const rule = fc.record(
  {
    suffix: domain,
    upstreams: fc.constantFrom<string | string[]>(
      'vpc-resolver',
      'authorities/d1',
      ['authorities/d2', '192.0.2.9'],
      ['192.0.2.1:5353'],
    ),
    policy: fc.constantFrom('fastest' as const, 'ordered' as const, 'spread' as const),
  },
  { requiredKeys: ['suffix', 'upstreams'] },
);
const rules = fc.uniqueArray(rule, { maxLength: 4, selector: ({ suffix }) => suffix });
const otherwise = fc.constantFrom<'vpc-resolver' | 'refuse' | string[]>('vpc-resolver', 'refuse', [
  '192.0.2.53',
]);

/** A topology without mistakes: three VPCs with a tier each, two authorities, and any zones and rules. */
const topologyInput: fc.Arbitrary<Input> = fc
  .record({
    zones: fc.dictionary(domain, zone, { maxKeys: 12 }),
    tiers: fc.array(fc.record({ rules, otherwise }), { minLength: 3, maxLength: 3 }),
    forwards: fc.array(fc.constantFrom('forwarders/t1', 'forwarders/t2', undefined), {
      minLength: 2,
      maxLength: 2,
    }),
  })
  .map(({ zones, tiers, forwards }) => ({
    name: 'any',
    networks: {
      ...Object.fromEntries(
        VPCS.map((name, index) => [
          name,
          {
            kind: 'vpc' as const,
            region: 'eu-west-1',
            cidrs: [`10.${index}.0.0/16`],
            subnets: { a: { cidr: `10.${index}.1.0/24` } },
            resolvers: [`forwarders/t${index + 1}`, 'vpc-resolver'],
          },
        ]),
      ),
      office: { kind: 'site' as const, cidrs: ['192.168.0.0/16'] },
    },
    authorities: Object.fromEntries(
      AUTHORITIES.map((name, index) => [
        name,
        {
          network: 'office',
          addresses: [`192.168.${index}.53`],
          ...(forwards[index] === undefined ? {} : { forwards: forwards[index] }),
        },
      ]),
    ),
    zones,
    forwarders: Object.fromEntries(
      tiers.map((tier, index) => [
        `t${index + 1}`,
        {
          network: VPCS[index]!,
          members: ['x', 'y'].map((name, at) => ({ name, subnet: 'a', address: `10.${index}.1.5${at}` })),
          ...tier,
        },
      ]),
    ),
  }));

function parsed(input: unknown): Topology {
  const result = topologyFromValue(input, 'any.ts', () => undefined);
  assert.ok(result.ok, JSON.stringify(result));
  return result.topology;
}

/** The obvious model, straight from the words of the design: all that could answer a name, the longest suffix last. */
function askedByModel(input: Input, tierName: string, name: Name): string[] | 'refuse' {
  const tier = input.forwarders[tierName]!;
  const resolver = `10.${VPCS.indexOf(tier.network)}.0.2`;
  const of = (reference: string): string[] =>
    reference === 'vpc-resolver'
      ? [resolver]
      : reference.startsWith('authorities/')
        ? [...input.authorities[reference.slice(12)]!.addresses]
        : [reference];
  const candidates: { suffix: Name; upstreams: string[]; stated: boolean }[] = [];
  for (const [key, each] of Object.entries(input.zones)) {
    if (each.kind === 'private' && each.networks.includes(tier.network)) {
      candidates.push({ suffix: `${key}.`, upstreams: [resolver], stated: false });
    }
    if (each.kind === 'external') {
      candidates.push({ suffix: `${key}.`, upstreams: of(`authorities/${each.authority}`), stated: false });
    }
  }
  for (const { suffix, upstreams } of tier.rules ?? []) {
    candidates.push({ suffix: `${suffix}.`, upstreams: [upstreams ?? []].flat().flatMap(of), stated: true });
  }
  const fitting = candidates
    .filter(({ suffix }) => isAtOrBelow(name, suffix))
    .sort(
      (a, b) => labelsOf(a.suffix).length - labelsOf(b.suffix).length || Number(a.stated) - Number(b.stated),
    );
  const last = fitting.at(-1);
  if (last) return last.upstreams;
  const { otherwise = 'vpc-resolver' } = tier;
  if (otherwise === 'refuse') return 'refuse';
  const asked = typeof otherwise === 'object' && 'upstreams' in otherwise ? otherwise.upstreams : otherwise;
  return [asked].flat().flatMap(of);
}

function askedByPlan({ config }: PlannedForwarder, name: Name): string[] | 'refuse' {
  const bySuffix = new Map(config.rules.map((each) => [each.suffix, each]));
  for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
    const found = bySuffix.get(at);
    if (found) return found.upstreams;
  }
  return config.otherwise === 'refuse' ? 'refuse' : config.otherwise.upstreams;
}

test('every name is asked of whom the obvious model asks', () => {
  fc.assert(
    fc.property(topologyInput, fc.array(domain, { minLength: 1 }), (input, names) => {
      const plan = planTopology(parsed(input));
      for (const forwarder of plan.forwarders) {
        for (const name of [...names, 'other.test']) {
          assert.deepEqual(
            askedByPlan(forwarder, `${name}.`),
            askedByModel(input, forwarder.tier, `${name}.`),
          );
        }
      }
    }),
  );
});

test('an authority forwards exactly the zones that its tier asks somebody else for', () => {
  fc.assert(
    fc.property(topologyInput, (input) => {
      for (const authority of planTopology(parsed(input)).authorities) {
        const source = input.authorities[authority.name]!;
        const tier = source.forwards?.slice('forwarders/'.length);
        const expected = Object.entries(input.zones).flatMap(([key, each]) => {
          if (tier === undefined || each.kind === 'public') return [];
          const asked = askedByModel(
            { ...input, forwarders: { [tier]: { ...input.forwarders[tier]!, otherwise: 'refuse' } } },
            tier,
            `${key}.`,
          );
          const { network, rules = [] } = input.forwarders[tier]!;
          const derived = Object.entries(input.zones).flatMap(([name, zone]) =>
            zone.kind === 'external' || (zone.kind === 'private' && zone.networks.includes(network))
              ? [name]
              : [],
          );
          const longest = (suffixes: string[]) =>
            Math.max(
              -1,
              ...suffixes
                .filter((suffix) => isAtOrBelow(`${key}.`, `${suffix}.`))
                .map(({ length }) => length),
            );
          const stated = longest(rules.map(({ suffix }) => suffix));
          const isStated = stated >= 0 && stated >= longest(derived);
          const isOurs = each.kind === 'external' || each.networks.includes(input.forwarders[tier]!.network);
          if (asked === 'refuse' || asked.some((address) => source.addresses.includes(address))) return [];
          return isOurs || isStated ? [`${key}.`] : [];
        });
        const found = authority.forwards.map(({ suffix }) => suffix);
        const external = Object.entries(input.zones).flatMap(([key, each]) =>
          each.kind === 'external' ? [`${key}.`] : [],
        );
        const undecided = (name: Name) => external.some((outer) => isAtOrBelow(name, outer));
        assert.deepEqual(
          found.filter((name) => !undecided(name)),
          expected.filter((name) => !undecided(name)).sort(),
        );
        assert.ok(found.every((name) => !authority.zones.includes(name)));
      }
    }),
  );
});

/** A plan with its lists in one order. */
function sorted({ forwarders, resolvers, authorities, clients }: Plan) {
  const by = <T>(list: readonly T[], key: (each: T) => string) =>
    list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return {
    forwarders: by(forwarders, ({ tier, member }) => `${tier} ${member}`),
    resolvers: by(resolvers, ({ network }) => network),
    authorities: by(authorities, ({ name }) => name),
    clients: by(clients, ({ network }) => network),
  };
}

function shuffled(value: unknown, random: () => number): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(
    ([key, each]) => [random(), key, shuffled(each, random)] as const,
  );
  return Object.fromEntries(entries.sort((a, b) => a[0] - b[0]).map(([, key, each]) => [key, each]));
}

test('the same topology has the same plan, and the order of its maps changes nothing but the order of lists', () => {
  const randoms = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(topologyInput, randoms, (input, stream) => {
      const plan = planTopology(parsed(input));
      assert.deepEqual(planTopology(parsed(input)), plan);
      const other = shuffled(input, () => stream.next().value!);
      assert.deepEqual(sorted(planTopology(parsed(other))), sorted(plan));
    }),
  );
});

test('no two clients of networks that share no address have the same address', () => {
  fc.assert(
    fc.property(topologyInput, (input) => {
      const plan = planTopology(parsed(input));
      const servers = [
        ...plan.forwarders.map(({ address }) => address),
        ...plan.resolvers.map(({ address }) => address),
        ...plan.authorities.flatMap(({ addresses }) => addresses),
      ];
      const all = [...servers, ...plan.clients.map(({ address }) => address)];
      assert.equal(new Set(all).size, all.length);
    }),
  );
});
