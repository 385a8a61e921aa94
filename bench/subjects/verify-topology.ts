import type { TopologyInput } from '@pointsman/core/topology';

/** Zones and tiers for each network: 1,000 networks have 10,000 zones and 100 tiers. */
const ZONES_PER_NETWORK = 10;
const NETWORKS_PER_TIER = 10;
/** Of ten networks one is a hub with a tier, one a site with an authority, and eight are VPCs that are peered with the hub. */
const SITE = 1;
/** Hubs that a private zone is associated with: those of its region. */
const HUBS_PER_ZONE = 10;

/**
 * A company of any size: hubs with a tier of three members each, VPCs peered with their hub, sites with two DNS servers, one transit gateway for all hubs
 * and sites. Of ten zones three are the sites', seven are private zones of the hubs of one region; each tier asks its neighbour for one suffix more.
 */
export function companyOf(size: number): TopologyInput {
  const networks: TopologyInput['networks'] = {};
  const links: NonNullable<TopologyInput['links']> = [];
  const authorities: NonNullable<TopologyInput['authorities']> = {};
  const forwarders: NonNullable<TopologyInput['forwarders']> = {};
  const tiers = Math.max(1, size / NETWORKS_PER_TIER);
  for (let index = 0; index < size; index++) {
    const hub = Math.floor(index / NETWORKS_PER_TIER);
    const base = `10.${index >> 2}.${(index & 3) * 64}`;
    const place = index % NETWORKS_PER_TIER;
    if (place === SITE) {
      networks[`n${index}`] = { kind: 'site', cidrs: [`${base}.0/24`], resolvers: `authorities/d${hub}` };
      const addresses = [`${base}.53`, `${base}.54`];
      authorities[`d${hub}`] = { network: `n${index}`, addresses, forwards: `forwarders/t${hub}` };
      continue;
    }
    networks[`n${index}`] = {
      kind: 'vpc',
      region: 'eu-west-1',
      cidrs: [`${base}.0/24`],
      resolvers: `forwarders/t${hub}`,
      ...(place === 0 ? { subnets: subnetsIn(base) } : {}),
    };
    if (place === 0) forwarders[`t${hub}`] = tierIn(`n${index}`, base, hub, tiers);
    else links.push({ kind: 'peering', between: [`n${hub * NETWORKS_PER_TIER}`, `n${index}`] });
  }
  const joined = Object.keys(networks).filter((_, index) => index % NETWORKS_PER_TIER <= SITE);
  links.push({ kind: 'transit-gateway', between: joined });
  return { name: 'company', networks, links, authorities, zones: zonesFor(size, tiers), forwarders };
}

function subnetsIn(base: string) {
  const subnet = (letter: string, from: number) => ({
    cidr: `${base}.${from}/27`,
    availabilityZone: `eu-west-1${letter}`,
  });
  return { a: subnet('a', 32), b: subnet('b', 64), c: subnet('c', 96) };
}

function tierIn(network: string, base: string, hub: number, tiers: number) {
  const members = [
    { name: 'a', subnet: 'a', address: `${base}.40` },
    { name: 'b', subnet: 'b', address: `${base}.72` },
    { name: 'c', subnet: 'c', address: `${base}.104` },
  ];
  const neighbour = (hub + 1) % tiers;
  const rules =
    neighbour === hub ? [] : [{ suffix: `far${neighbour}.example`, upstreams: `forwarders/t${neighbour}` }];
  return { network, members, rules };
}

function zonesFor(size: number, tiers: number): NonNullable<TopologyInput['zones']> {
  const zones: NonNullable<TopologyInput['zones']> = {};
  for (let index = 0; index < size * ZONES_PER_NETWORK; index++) {
    const tier = index % tiers;
    if (index % 10 < 3) {
      zones[`z${index}.corp.example`] = { kind: 'external', authority: `d${tier}` };
      continue;
    }
    const region = tier - (tier % HUBS_PER_ZONE);
    const hubs = Array.from({ length: Math.min(HUBS_PER_ZONE, tiers) }, (_, at) => (region + at) % tiers);
    const networks = hubs.map((hub) => `n${hub * NETWORKS_PER_TIER}`);
    zones[`z${index}.cloud.example`] = { kind: 'private', networks };
  }
  return zones;
}
