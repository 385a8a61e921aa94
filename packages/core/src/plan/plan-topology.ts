import type { Name } from '../dns/name.ts';
import type { Topology } from '../topology/index.ts';
import { resolveAddresses } from './addresses.ts';
import { planAuthorities } from './authorities.ts';
import { planClients } from './clients.ts';
import { planForwarders } from './forwarders.ts';
import type { Plan, PlannedResolver } from './plan.ts';
import { compareNames, deriveRules, rulesOfTier } from './tier-rules.ts';

/**
 * Topology → plan: pure, and linear in the topology but for one rule in each tier for each external zone. The order of
 * the file shows in the order of the plan's lists and in nothing else.
 */
export function planTopology(topology: Topology): Plan {
  const addresses = resolveAddresses(topology);
  const derived = deriveRules(topology, addresses);
  const tierRules = new Map(
    topology.forwarders.map((tier) => [tier.name, rulesOfTier(tier, derived, addresses)]),
  );
  return {
    forwarders: planForwarders(topology, tierRules, addresses),
    resolvers: planResolvers(topology, derived.privateZones, addresses.ofVpcResolver),
    authorities: planAuthorities(topology, tierRules, addresses),
    clients: planClients(topology, addresses),
  };
}

function planResolvers(
  topology: Topology,
  privateZones: ReadonlyMap<string, readonly Name[]>,
  resolverOf: (network: string) => readonly string[],
): PlannedResolver[] {
  const publicZones = topology.zones
    .flatMap((zone) => (zone.kind === 'public' ? [zone.name] : []))
    .sort(compareNames);
  return topology.networks.flatMap((network) => {
    const [address] = resolverOf(network.name);
    if (network.kind !== 'vpc' || address === undefined) return [];
    const zones = network.dnsHostnames ? [...privateZones.get(network.name)!].sort(compareNames) : [];
    return [{ network: network.name, address, clients: network.cidrs, zones, publicZones }];
  });
}
