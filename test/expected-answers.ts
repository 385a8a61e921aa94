import {
  isAtOrBelow,
  labelsOf,
  type Name,
  nameFromWire,
  parentOf,
  type RecordSet,
  rdataToText,
} from '@pointsman/core/dns';
import { type Plan, planTopology } from '@pointsman/core/plan';
import type { Topology, Zone } from '@pointsman/core/topology';

/**
 * What a client of a network is to be told, worked out from the topology's zones alone: a few lines that know nothing of
 * packets, forwarders or servers.
 */
export type Expected = { status: string; answers: string[] };

/** Where a question is being looked at: with a tier, or with an authority that has zones of its own and forwards some. */
type View = { authority: string } | 'tier';

export function makeOracle(topology: Topology) {
  const plan = planTopology(topology);
  return (network: string, name: Name, type: string): Expected => {
    const [resolver] = topology.networks.find((each) => each.name === network)!.resolvers;
    const view = resolver?.kind === 'authority' ? { authority: resolver.name } : 'tier';
    return follow(topology, plan, view, name, type);
  };
}

function follow(topology: Topology, plan: Plan, view: View, name: Name, type: string): Expected {
  const { zone, view: next } = zoneAsSeenFrom(topology, plan, view, name);
  if (!zone) return { status: 'REFUSED', answers: [] };
  const sets = recordsAt(zone, name);
  const set = sets?.find((each) => each.type === type) ?? sets?.find((each) => each.type === 'CNAME');
  if (!set) return { status: sets ? 'NOERROR' : 'NXDOMAIN', answers: [] };
  const answers = set.data.map((data) => `${name} ${set.type} ${rdataToText(set.type, data)}`);
  if (set.type === type) return { status: 'NOERROR', answers: answers.sort() };
  const rest = follow(topology, plan, next, nameFromWire(set.data[0]!)!.name, type);
  return { status: rest.status, answers: [...answers, ...rest.answers].sort() };
}

/** The zone that answers, and the view that its aliases are followed in. */
function zoneAsSeenFrom(
  topology: Topology,
  plan: Plan,
  view: View,
  name: Name,
): { zone: Zone | undefined; view: View } {
  const closest = (zones: readonly Zone[]) =>
    zones
      .filter((zone) => isAtOrBelow(name, zone.name))
      .sort((a, b) => labelsOf(b.name).length - labelsOf(a.name).length)[0];
  if (view === 'tier') return { zone: closest(topology.zones), view };
  const { forwards } = plan.authorities.find((each) => each.name === view.authority)!;
  const own = closest(
    topology.zones.filter(
      (zone) => zone.kind === 'public' || (zone.kind === 'external' && zone.authority === view.authority),
    ),
  );
  const longestForward = Math.max(
    -1,
    ...forwards
      .filter(({ suffix }) => isAtOrBelow(name, suffix))
      .map(({ suffix }) => labelsOf(suffix).length),
  );
  if (longestForward > (own ? labelsOf(own.name).length : -1)) {
    return zoneAsSeenFrom(topology, plan, 'tier', name);
  }
  return { zone: own, view };
}

/** The record sets at a name, a wildcard's where nothing is there; undefined where the name does not exist. */
function recordsAt(zone: Zone, name: Name): readonly RecordSet[] | undefined {
  const at = (owner: Name) => zone.records.filter((set) => set.name === owner);
  const exists = (owner: Name) =>
    owner === zone.name || zone.records.some((set) => isAtOrBelow(set.name, owner));
  if (exists(name)) return at(name);
  let encloser = parentOf(name)!;
  while (!exists(encloser)) encloser = parentOf(encloser)!;
  const wildcard = at(`*.${encloser}`);
  return wildcard.length > 0 ? wildcard : undefined;
}
