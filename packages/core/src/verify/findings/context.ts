import type { Name } from '../../dns/name.ts';
import type { Plan } from '../../plan/index.ts';
import type { ForwarderTier, Network, Topology, Zone } from '../../topology/topology.ts';
import type { Model } from '../model.ts';
import { type AddressIndex, indexAddresses } from './address-index.ts';
import { compareTexts } from './finding.ts';
import { indexZones, type ZoneIndex } from './zone-index.ts';

/** What the modules that find things look into. */
export type FindingContext = {
  model: Model;
  topology: Topology;
  plan: Plan;
  networks: ReadonlyMap<string, Network>;
  tiers: ReadonlyMap<string, ForwarderTier>;
  zones: ZoneIndex;
  addresses: AddressIndex;
  /** What `topology.links` are called, in their order. */
  linkNames: readonly string[];
  /** The first tier that the clients of a network could ask and that has rules for some of the zones: those. */
  tierFor: (network: string, zones: readonly Zone[]) => { tier: string; zones: readonly Zone[] } | undefined;
};

export function makeContext(model: Model): FindingContext {
  const { topology, plan, linkNames } = model;
  return {
    model,
    topology,
    plan,
    networks: new Map(topology.networks.map((each) => [each.name, each])),
    tiers: new Map(topology.forwarders.map((each) => [each.name, each])),
    zones: indexZones(topology),
    addresses: indexAddresses(topology),
    linkNames,
    tierFor: findTierFor(model),
  };
}

function findTierFor({ topology, plan, reach }: Model): FindingContext['tierFor'] {
  const suffixes = new Map<string, ReadonlySet<Name>>();
  for (const { tier, config } of plan.forwarders) {
    if (!suffixes.has(tier)) suffixes.set(tier, new Set(config.rules.map(({ suffix }) => suffix)));
  }
  const tiers = topology.forwarders.toSorted((a, b) => compareTexts(a.name, b.name));
  const known = new WeakMap<readonly Zone[], Map<string, readonly Zone[]>>();
  const knownTo = (tier: string, zones: readonly Zone[]): readonly Zone[] => {
    const byTier = known.get(zones) ?? new Map<string, readonly Zone[]>();
    known.set(zones, byTier);
    const found = byTier.get(tier) ?? zones.filter(({ name }) => suffixes.get(tier)!.has(name));
    byTier.set(tier, found);
    return found;
  };
  return (network, zones) => {
    for (const tier of tiers) {
      const route = reach.between(network, tier.network);
      if (route.kind !== 'inside' && route.kind !== 'links') continue;
      const found = knownTo(tier.name, zones);
      if (found.length > 0) return { tier: tier.name, zones: found };
    }
    return undefined;
  };
}

/** `zones/corp.acme.example`: without the final dot, as people write it. */
export function zoneSubject(zone: Pick<Zone, 'name'>): string {
  return `zones/${zone.name === '.' ? '.' : zone.name.slice(0, -1)}`;
}
