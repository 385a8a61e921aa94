import { type Topology, type TopologyInput, topologyFromValue } from '@pointsman/core/topology';
import { makeRandom, type Random } from './random.ts';

type Networks = TopologyInput['networks'];
type Zones = NonNullable<TopologyInput['zones']>;
type Tiers = NonNullable<TopologyInput['forwarders']>;
type Authorities = NonNullable<TopologyInput['authorities']>;
type Rule = NonNullable<Tiers[string]['rules']>[number];
type Records = Exclude<NonNullable<Zones[string]['records']>, string>;

/**
 * A small topology, right or wrong, from a seed: every seed gives one that parses. Its names lie under `rSEED.`, so that nothing which a
 * server remembers of one topology is an answer in another.
 */
export function randomTopology(seed: number): Topology {
  for (let attempt = 0; ; attempt++) {
    const input = randomInput(makeRandom(seed + attempt * 1_000_003), `r${seed}`);
    const result = topologyFromValue(input, `seed-${seed}.ts`, () => undefined);
    if (result.ok) return result.topology;
    if (attempt > 200) throw new Error(`seed ${seed}: ${JSON.stringify(result.problems)}`);
  }
}

/** The address of a public resolver. */
export const OUTSIDE = '198.51.100.9';

function randomInput(random: Random, root: string): TopologyInput {
  const vpcs = ['v1', 'v2', 'v3'].slice(0, 1 + random.number(3));
  const sites = ['s1', 's2'].slice(0, random.number(3));
  const authorityNames = sites.map((site) => `d-${site}`);
  const tierNames = vpcs.flatMap((vpc, index) => (index === 0 || random.chance(0.4) ? [`t-${vpc}`] : []));
  const suffixes = nestedNames(random, root);
  return {
    name: 'random',
    networks: randomNetworks(random, vpcs, sites, tierNames),
    links: randomLinks(random, vpcs, sites),
    authorities: randomAuthorities(random, sites, tierNames),
    zones: randomZones(random, suffixes, vpcs, authorityNames),
    forwarders: Object.fromEntries(
      tierNames.map((name) => [
        name,
        randomTier(random, name, [...vpcs, ...sites], tierNames, authorityNames, suffixes),
      ]),
    ),
  };
}

/** Names below one another: what makes longest suffixes matter. */
function nestedNames(random: Random, root: string): string[] {
  const names = new Set<string>();
  while (names.size < 7) {
    const labels = Array.from({ length: 1 + random.number(3) }, () => random.one(['a', 'b', 'c']));
    names.add([...labels, random.one(['one', 'two']), root].join('.'));
  }
  return [...names, `one.${root}`, `two.${root}`];
}

function randomNetworks(
  random: Random,
  vpcs: readonly string[],
  sites: readonly string[],
  tiers: readonly string[],
): Networks {
  const all = [...tiers.map((tier) => `forwarders/${tier}`), ...sites.map((site) => `authorities/d-${site}`)];
  const networks: Networks = {};
  for (const [index, name] of vpcs.entries()) {
    const dnsSupport = random.chance(0.92);
    const choices = [...all, ...(dnsSupport ? ['vpc-resolver'] : [])];
    networks[name] = {
      kind: 'vpc',
      region: 'eu-west-1',
      cidrs: [`10.${index + 1}.0.0/16`],
      subnets: {
        a: { cidr: `10.${index + 1}.1.0/24`, availabilityZone: 'eu-west-1a' },
        b: { cidr: `10.${index + 1}.2.0/24`, availabilityZone: 'eu-west-1b' },
      },
      dnsSupport,
      dnsHostnames: random.chance(0.92),
      resolvers: random.chance(0.05)
        ? `10.${1 + random.number(vpcs.length)}.0.2`
        : random.some(choices, random.chance(0.25) ? 2 : 1),
    };
  }
  for (const [index, name] of sites.entries()) {
    networks[name] = {
      kind: 'site',
      cidrs: [`192.168.${index * 16}.0/20`],
      ...(random.chance(0.9)
        ? { resolvers: random.some([...all, OUTSIDE], random.chance(0.25) ? 2 : 1) }
        : {}),
    };
  }
  return networks;
}

function randomLinks(
  random: Random,
  vpcs: readonly string[],
  sites: readonly string[],
): NonNullable<TopologyInput['links']> {
  const links: NonNullable<TopologyInput['links']> = [];
  const all = [...vpcs, ...sites];
  for (const [index, one] of all.entries()) {
    for (const other of all.slice(index + 1)) {
      if (!random.chance(0.6)) continue;
      const kind = sites.includes(other) ? random.one(['vpn', 'direct-connect'] as const) : 'peering';
      links.push({ kind, between: [one, other] });
    }
  }
  if (random.chance(0.2) && all.length > 2)
    links.push({ kind: 'transit-gateway', between: random.some(all, 3) });
  return links;
}

function randomAuthorities(random: Random, sites: readonly string[], tiers: readonly string[]): Authorities {
  return Object.fromEntries(
    sites.map((site, index) => [
      `d-${site}`,
      {
        network: site,
        addresses: [`192.168.${index * 16}.53`, `192.168.${index * 16 + 1}.53`].slice(
          0,
          1 + random.number(2),
        ),
        ...(random.chance(0.75) ? { forwards: `forwarders/${random.one(tiers)}` } : {}),
      },
    ]),
  );
}

function randomZones(
  random: Random,
  suffixes: readonly string[],
  vpcs: readonly string[],
  authorities: readonly string[],
): Zones {
  const zones: Zones = {};
  for (const name of random.some(suffixes, 3 + random.number(5))) {
    const records = randomRecords(random, suffixes);
    const kind = random.one(['private', 'private', 'private', 'external', 'external', 'public'] as const);
    if (kind === 'private')
      zones[name] = { kind, networks: random.some(vpcs, 1 + random.number(vpcs.length)), records };
    else if (kind === 'external' && authorities.length > 0)
      zones[name] = { kind, authority: random.one(authorities), records };
    else zones[name] = { kind: 'public', records };
  }
  return zones;
}

/**
 * Addresses, a name without any, an empty non-terminal, a wildcard, and aliases to wherever. Nothing is cached for longer than a second: on a busy machine a
 * forwarder may give up on an upstream and take the answer of the next one, and that is not to last.
 */
function randomRecords(random: Random, suffixes: readonly string[]): Records {
  const address = () => `10.9.${random.number(250)}.${1 + random.number(250)}`;
  const soa = { SOA: ['ns.example. nobody.example. 1 3600 600 86400 1'] };
  const records: Records = {
    '@': soa,
    host: { A: [address()] },
    only: { TXT: ['"text"'] },
    'deep.er': { A: [address()] },
  };
  if (random.chance(0.4)) records['@'] = { ...soa, A: [address()], TXT: ['"apex"'] };
  if (random.chance(0.3)) records['*'] = { A: [address()] };
  const targets = ['host', 'only', 'none', 'alias', 'other', 'x.y'];
  for (const owner of ['alias', 'other']) {
    if (random.chance(0.7)) records[owner] = { CNAME: [`${random.one(targets)}.${random.one(suffixes)}.`] };
  }
  for (const sets of Object.values(records)) sets.ttl = 1;
  return records;
}

function randomTier(
  random: Random,
  name: string,
  networks: readonly string[],
  tiers: readonly string[],
  authorities: readonly string[],
  suffixes: readonly string[],
): Tiers[string] {
  const network = name.slice(2);
  const base = `10.${network.slice(1)}`;
  const members = [
    { name: 'a', subnet: 'a', address: `${base}.1.53` },
    { name: 'b', subnet: 'b', address: `${base}.2.53` },
  ].slice(0, 1 + random.number(2));
  const others = tiers.filter((tier) => tier !== name || random.chance(0.1));
  const upstreams = [
    'vpc-resolver',
    ...others.map((tier) => `forwarders/${tier}`),
    ...authorities.map((authority) => `authorities/${authority}`),
  ];
  const rule = (suffix: string): Rule => ({
    suffix,
    upstreams: random.chance(0.08) ? [OUTSIDE] : random.some(upstreams, random.chance(0.25) ? 2 : 1),
    ...(random.chance(0.6) ? { policy: 'ordered' as const } : {}),
  });
  const rules = random.some(suffixes, random.number(4)).map(rule);
  const views = random.chance(0.2)
    ? {
        special: {
          networks: [random.one(networks)],
          rules: random.some(suffixes, 1 + random.number(2)).map(rule),
        },
      }
    : {};
  const otherwise = random.one(['vpc-resolver', 'vpc-resolver', 'refuse', [OUTSIDE]] as const);
  return { network, members, rules, views, otherwise: otherwise as 'refuse' };
}
