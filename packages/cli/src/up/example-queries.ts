import type { RecordSet } from '@pointsman/core/dns';
import { type Name, parentOf, rdataToText } from '@pointsman/core/dns';
import type { Plan } from '@pointsman/core/plan';
import type { Network, Topology, Zone } from '@pointsman/core/topology';

/** A question worth asking, and why. Names have no final dot. */
export type ExampleQuery = { network: string; name: string; type: string; why: string };

type Candidate = { network: Network; zone: Zone; set: RecordSet };

/**
 * Up to three questions that cross the boundary: from a VPC to a site, from a site to a private hosted zone, and a reverse one.
 * Only questions that the topology can answer.
 */
export function exampleQueries(topology: Topology, plan: Plan): ExampleQuery[] {
  const vpcs = topology.networks.filter(({ kind }) => kind === 'vpc');
  const sites = topology.networks.filter(({ kind }) => kind === 'site');
  const tierNetworks = new Set(topology.forwarders.map(({ network }) => network));
  // A VPC that is only peered shows more than the one the tier stands in.
  vpcs.sort((a, b) => Number(tierNetworks.has(a.name)) - Number(tierNetworks.has(b.name)));
  const find = (networks: readonly Network[], fits: (candidate: Candidate) => boolean) =>
    firstCandidate(topology, plan, networks, fits);
  const forward = find(
    vpcs,
    ({ zone, set }) => zone.kind === 'external' && set.type === 'A' && !isServer(set, zone),
  );
  const isReverse = ({ set }: Candidate) => set.type === 'PTR';
  const names = (set: RecordSet) => rdataToText('PTR', set.data[0]!) === forward?.set.name;
  const chosen = [
    forward,
    find(sites, ({ zone, set }) => zone.kind === 'private' && set.type === 'CNAME') ??
      find(sites, ({ zone, set }) => zone.kind === 'private' && set.type === 'A'),
    find(vpcs, (each) => isReverse(each) && names(each.set)) ??
      find(vpcs, (each) => isReverse(each) && each.zone.kind === 'external') ??
      find([...sites, ...vpcs], isReverse),
    find(vpcs, ({ zone, set }) => zone.kind === 'private' && ['A', 'CNAME'].includes(set.type)),
  ];
  return chosen
    .filter((each) => each !== undefined)
    .slice(0, 3)
    .map(describe);
}

function firstCandidate(
  topology: Topology,
  plan: Plan,
  networks: readonly Network[],
  fits: (candidate: Candidate) => boolean,
): Candidate | undefined {
  // The deepest zones first: a zone inside a zone is worth seeing.
  const zones = [...topology.zones].sort((a, b) => depth(b.name) - depth(a.name));
  for (const network of networks) {
    for (const zone of zones) {
      if (holds(zone, network, topology) || !canResolve(network, zone, plan)) continue;
      const set = zone.records.find(
        (each) => each.name !== zone.name && !/^[*_]/.test(each.name) && fits({ network, zone, set: each }),
      );
      if (set) return { network, zone, set };
    }
  }
  return undefined;
}

/** True for a name that the zone has as its DNS or mail server: there are more telling ones. */
function isServer(set: RecordSet, zone: Zone): boolean {
  return zone.records.some(
    ({ type, data }) =>
      ['NS', 'MX'].includes(type) &&
      data.some((each) => rdataToText(type, each).split(' ').at(-1) === set.name),
  );
}

function depth(name: Name): number {
  let labels = 0;
  for (let at = parentOf(name); at !== undefined; at = parentOf(at)) labels++;
  return name.endsWith('.arpa.') ? 0 : labels;
}

/** True where a zone is at home in a network: to ask for it there crosses nothing. */
function holds(zone: Zone, network: Network, topology: Topology): boolean {
  if (zone.kind === 'private') return zone.networks.includes(network.name);
  if (zone.kind === 'public') return true;
  return topology.authorities.some(
    ({ name, network: home }) => name === zone.authority && home === network.name,
  );
}

function canResolve(network: Network, zone: Zone, plan: Plan): boolean {
  const [first] = network.resolvers;
  if (first?.kind === 'tier') return true;
  const authority =
    first?.kind === 'authority' ? plan.authorities.find(({ name }) => name === first.name) : undefined;
  return authority?.forwards.some(({ suffix }) => suffix === zone.name) ?? false;
}

function describe({ network, zone, set }: Candidate): ExampleQuery {
  const from = `from ${network.name}, ${network.kind === 'vpc' ? 'a VPC' : 'a site'},`;
  const holder =
    zone.kind === 'external' ? `a name that ${zone.authority} answers` : 'a name in a private hosted zone';
  const address = set.type === 'PTR' ? addressOf(set.name) : undefined;
  const what =
    address === undefined ? holder : `the name of an address (${rdataToText('PTR', set.data[0]!)})`;
  return {
    network: network.name,
    name: address ?? set.name.slice(0, -1),
    type: set.type === 'CNAME' ? 'A' : set.type,
    why: `${from} ${what}`,
  };
}

/** The IPv4 address that a reverse name stands for; undefined for any other name. */
function addressOf(name: Name): string | undefined {
  const labels = /^((?:[0-9]{1,3}\.){4})in-addr\.arpa\.$/.exec(name)?.[1];
  return labels?.slice(0, -1).split('.').reverse().join('.');
}
