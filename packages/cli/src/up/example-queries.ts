import type { RecordSet } from '@pointsman/core/dns';
import { type Name, parentOf, rdataToText } from '@pointsman/core/dns';
import type { Plan } from '@pointsman/core/plan';
import type { Network, Topology, Zone } from '@pointsman/core/topology';
import { buildModel, type Model, traceName, type WorldRules } from '@pointsman/core/verify';

/** A question worth asking, and why. Names have no final dot. */
export type ExampleQuery = { network: string; name: string; type: string; why: string };

type ZoneRecord = { zone: Zone; set: RecordSet };
type Candidate = ZoneRecord & { network: Network };

/**
 * Up to three questions that cross the boundary: from a VPC to a site, from a site to a private hosted zone, and a reverse one.
 * Only questions that the topology can answer.
 */
export function exampleQueries(topology: Topology, plan: Plan, world: WorldRules): ExampleQuery[] {
  const model = buildModel(topology, plan, { world });
  const vpcs = topology.networks.filter(({ kind }) => kind === 'vpc');
  const sites = topology.networks.filter(({ kind }) => kind === 'site');
  const tierNetworks = new Set(topology.forwarders.map(({ network }) => network));
  // A VPC that is only peered shows more than the one the tier stands in.
  vpcs.sort((a, b) => Number(tierNetworks.has(a.name)) - Number(tierNetworks.has(b.name)));
  const find = (networks: readonly Network[], fits: (record: ZoneRecord) => boolean) =>
    firstCandidate(model, networks, fits);
  const forward = find(
    vpcs,
    ({ zone, set }) => zone.kind === 'external' && set.type === 'A' && !isServer(set, zone),
  );
  const isReverse = ({ set }: ZoneRecord) => set.type === 'PTR';
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

/** So many pairs of a network and a name are looked at for each question. */
const MOST_LOOKS = 1000;

/** The first network whose clients get a record set that fits, by the topology, and that is not at home there. */
function firstCandidate(
  model: Model,
  networks: readonly Network[],
  fits: (record: ZoneRecord) => boolean,
): Candidate | undefined {
  const { topology } = model;
  // The deepest zones first: a zone inside a zone is worth seeing.
  const zones = topology.zones.toSorted((a, b) => depth(b.name) - depth(a.name));
  const fitting = zones.flatMap((zone): ZoneRecord[] => {
    const set = zone.records.find(
      (each) => each.name !== zone.name && !/^[*_]/.test(each.name) && fits({ zone, set: each }),
    );
    return set ? [{ zone, set }] : [];
  });
  let looks = 0;
  for (const network of networks) {
    for (const record of fitting) {
      if (++looks > MOST_LOOKS) return undefined;
      const candidate = { network, ...record };
      if (!holds(record.zone, network, topology) && isAnswered(model, candidate)) return candidate;
    }
  }
  return undefined;
}

function isAnswered(model: Model, { network, set: { name, type } }: Candidate): boolean {
  return traceName(model, { from: network.name, name, type }).rcode === 'NOERROR';
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
