import { compareCidrs, formatCidr, formatEndpoint, parseCidr, parseEndpoint } from '../address/index.ts';
import type { ForwarderConfig, ForwardingRule, Otherwise } from '../config/index.ts';
import {
  type ForwarderTier,
  type TierOtherwise,
  type Topology,
  VPC_RESOLVER_LINK_LOCAL,
} from '../topology/index.ts';
import type { AddressOf } from './addresses.ts';
import type { PlannedForwarder } from './plan.ts';
import { overlay, sortedRules, type TierRules } from './tier-rules.ts';

/**
 * What a VPC resolver takes from one network interface, in packets a second; it drops the rest, and AWS does not raise it.
 * https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html#vpc-dns-limits
 */
const VPC_RESOLVER_PACKETS_PER_SECOND = 1024;

/** The configuration of each member of each tier. */
export function planForwarders(
  topology: Topology,
  tierRules: ReadonlyMap<string, TierRules>,
  addresses: AddressOf,
): PlannedForwarder[] {
  const cidrs = new Map(topology.networks.map(({ name, cidrs }) => [name, cidrs]));
  const clients = sortedCidrs(topology.networks.flatMap((network) => network.cidrs));
  return topology.forwarders.flatMap((tier) => {
    const shared = planTier(tier, tierRules.get(tier.name)!, cidrs, clients, addresses);
    return tier.members.map(({ name, address, availabilityZone }) => ({
      tier: tier.name,
      member: name,
      network: tier.network,
      availabilityZone,
      address,
      config: { name: `${tier.name}-${name}`, listen: [formatEndpoint(address, 53)], ...shared },
    }));
  });
}

/** All that the members of a tier have in common. */
function planTier(
  tier: ForwarderTier,
  rules: TierRules,
  cidrs: ReadonlyMap<string, readonly string[]>,
  clients: string[],
  addresses: AddressOf,
): Omit<ForwarderConfig, 'name' | 'listen'> {
  const scope = { rules: sortedRules(rules), otherwise: planOtherwise(tier.otherwise, tier, addresses) };
  const views = tier.views.map((view) => ({
    name: view.name,
    clients: sortedCidrs(view.networks.flatMap((network) => cidrs.get(network)!)),
    rules: sortedRules(overlay(rules, view.rules, tier, addresses)),
    otherwise: planOtherwise(view.otherwise, tier, addresses),
  }));
  const budgets = planBudgets(
    [scope, ...views],
    addresses.ofVpcResolver(tier.network),
    addresses.vpcResolvers,
  );
  return {
    clients,
    ...scope,
    ...(views.length > 0 ? { views } : {}),
    ...(budgets.length > 0 ? { budgets } : {}),
    cache: { ...tier.cache },
    deadline: tier.deadline,
  };
}

function planOtherwise(otherwise: TierOtherwise, tier: ForwarderTier, addresses: AddressOf): Otherwise {
  if (otherwise.kind === 'refuse') return 'refuse';
  const { policy, probe } = otherwise;
  return {
    upstreams:
      otherwise.kind === 'vpc-resolver' ? addresses.ofVpcResolver(tier.network) : [...otherwise.endpoints],
    ...(policy && { policy }),
    ...(probe && { probe }),
  };
}

/**
 * A budget for every VPC resolver among the upstreams. The resolver of a VPC answers at link-local addresses, too, and what is counted is the
 * packets from a network interface: to all of them together.
 */
function planBudgets(
  scopes: readonly { rules: readonly ForwardingRule[]; otherwise: Otherwise }[],
  ownResolver: readonly string[],
  vpcResolvers: ReadonlySet<string>,
): NonNullable<ForwarderConfig['budgets']> {
  const lists = new Set<string[]>();
  for (const { rules, otherwise } of scopes) {
    for (const rule of rules) lists.add(rule.upstreams);
    if (otherwise !== 'refuse') lists.add(otherwise.upstreams);
  }
  const own: ReadonlySet<string> = new Set([...ownResolver, ...VPC_RESOLVER_LINK_LOCAL]);
  const used = [...new Set([...lists].flat())].sort();
  const addressOf = (upstream: string) => parseEndpoint(upstream)!.address;
  const shared = used.filter((upstream) => own.has(addressOf(upstream)));
  const others = used.filter((each) => !own.has(addressOf(each)) && vpcResolvers.has(addressOf(each)));
  return [...(shared.length > 0 ? [shared] : []), ...others.map((each) => [each])].map((upstreams) => ({
    upstreams,
    packetsPerSecond: VPC_RESOLVER_PACKETS_PER_SECOND,
  }));
}

/** Each CIDR once, by family and address, whatever the order of the file. */
function sortedCidrs(cidrs: readonly string[]): string[] {
  return [...new Set(cidrs)]
    .map((text) => parseCidr(text)!)
    .sort(compareCidrs)
    .map(formatCidr);
}
