import { type Cidr, cidrContains, parseAddress, parseCidr } from '@pointsman/core/address';
import type { Plan } from '@pointsman/core/plan';
import type { Link, Topology } from '@pointsman/core/topology';

/** The network that an address belongs to for one who uses it in the network `from`; undefined for an address of no network. */
export type OwnerOf = (address: string, from: string) => string | undefined;

/**
 * Networks may use the same ranges, so an address alone does not say whose it is. A network where something stands at the
 * address comes before one that merely has it in its range; then: the network itself, one it is linked with, the first in the
 * topology.
 */
export function makeOwnerOf(topology: Topology, plan: Plan): OwnerOf {
  const standing = new Map<string, string[]>();
  for (const { network, address } of placesOf(plan)) {
    const networks = standing.get(address);
    if (!networks) standing.set(address, [network]);
    else if (!networks.includes(network)) networks.push(network);
  }
  const ranges = topology.networks.flatMap(({ name, cidrs }) =>
    cidrs.map((text) => ({ network: name, cidr: parseCidr(text)! })),
  );
  const isLinked = makeIsLinked(topology);
  const choose = (networks: readonly string[], from: string): string | undefined =>
    networks.find((each) => each === from) ??
    (networks.length > 1 ? networks.find((each) => isLinked(each, from)) : undefined) ??
    networks[0];
  return (address, from) =>
    choose(standing.get(address) ?? [], from) ?? choose(networksAround(address, ranges), from);
}

/** Whatever stands at an address of a network: VPC resolvers, members of tiers, authorities, the clients of the plan. */
export function placesOf(plan: Plan): { network: string; address: string }[] {
  return [
    ...plan.resolvers,
    ...plan.forwarders,
    ...plan.authorities.flatMap(({ network, addresses }) =>
      addresses.map((address) => ({ network, address })),
    ),
    ...plan.clients,
  ];
}

function networksAround(address: string, ranges: readonly { network: string; cidr: Cidr }[]): string[] {
  const bytes = parseAddress(address)!;
  return ranges.filter(({ cidr }) => cidrContains(cidr, bytes)).map(({ network }) => network);
}

/** True for two networks that a link joins. */
function makeIsLinked(topology: Topology): (one: string, other: string) => boolean {
  const links = new Map<string, Set<Link>>(topology.networks.map(({ name }) => [name, new Set()]));
  for (const link of topology.links) for (const name of link.between) links.get(name)!.add(link);
  return (one, other) => [...links.get(one)!].some((link) => links.get(other)!.has(link));
}
