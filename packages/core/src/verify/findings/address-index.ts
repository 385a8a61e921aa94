import { type AddressBytes, type Cidr, cidrContains, parseCidr } from '../../address/index.ts';
import type { Network, Subnet, Topology } from '../../topology/topology.ts';

/** Which networks and subnets an address is in. */
export type AddressIndex = {
  networksOf: (address: AddressBytes) => readonly Network[];
  /** The subnets of a VPC, in the order of the file; none where it states none, or for a site. */
  subnetOf: (network: Network, address: AddressBytes) => { subnet: Subnet; cidr: Cidr } | undefined;
};

/** Look-ups cost one step for each prefix length that the topology uses, whatever the number of networks. */
export function indexAddresses(topology: Topology): AddressIndex {
  const byRange = new Map<string, Network[]>();
  const prefixes: Record<number, Set<number>> = { 4: new Set(), 16: new Set() };
  for (const network of topology.networks) {
    for (const text of network.cidrs) {
      const cidr = parseCidr(text)!;
      prefixes[cidr.bytes.length]!.add(cidr.prefix);
      const key = rangeKey(cidr.bytes, cidr.prefix);
      const same = byRange.get(key);
      if (same) same.push(network);
      else byRange.set(key, [network]);
    }
  }
  const subnets = new Map<Network, { subnet: Subnet; cidr: Cidr }[]>();
  return {
    networksOf: (address) =>
      [...prefixes[address.length]!].flatMap((prefix) => byRange.get(rangeKey(address, prefix)) ?? []),
    subnetOf: (network, address) => {
      let own = subnets.get(network);
      if (!own) {
        const stated = network.kind === 'vpc' ? network.subnets : [];
        own = stated.map((subnet) => ({ subnet, cidr: parseCidr(subnet.cidr)! }));
        subnets.set(network, own);
      }
      return own.find(({ cidr }) => cidrContains(cidr, address));
    },
  };
}

/** The range of a prefix length that an address is in, as a key. */
function rangeKey(address: AddressBytes, prefix: number): string {
  const masked = address.map((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff << (8 - bits));
  });
  return `${masked.join('.')}/${prefix}`;
}
