import {
  addressAt,
  type Cidr,
  cidrContains,
  formatAddress,
  lastAddress,
  parseCidr,
} from '../address/index.ts';
import { isReserved, type Network, type Topology } from '../topology/index.ts';
import type { AddressOf } from './addresses.ts';
import type { PlannedClient } from './plan.ts';

/** Where the search for a client's address begins: past what AWS reserves and what gateways usually have. */
const FIRST_CLIENT_OFFSET = 10;

/** One client in each network. */
export function planClients(topology: Topology, addresses: AddressOf): PlannedClient[] {
  const taken = takenAddresses(topology);
  return topology.networks.map((network) => ({
    network: network.name,
    address: clientAddress(network, taken.get(network.name)!, addresses),
    resolvers: addresses.ofResolvers(network.resolvers, network.name),
    ...(network.domainName === undefined ? {} : { searchDomain: network.domainName }),
  }));
}

/** Base plus ten of the network's first CIDR, or the next address that is free; in a network that is full, its base. */
function clientAddress(network: Network, taken: ReadonlySet<string>, addresses: AddressOf): string {
  const cidr = parseCidr(network.cidrs[0]!)!;
  const subnets = network.kind === 'vpc' ? network.subnets.map((subnet) => parseCidr(subnet.cidr)!) : [];
  const resolver = addresses.ofVpcResolver(network.name);
  const last = formatAddress(lastAddress(cidr));
  const isFree = (bytes: Uint8Array, address: string) =>
    address !== last &&
    !taken.has(address) &&
    !resolver.includes(address) &&
    !subnets.some((subnet) => cidrContains(subnet, bytes) && isReserved(subnet, address));
  return (
    searchFrom(cidr, FIRST_CLIENT_OFFSET, isFree) ?? searchFrom(cidr, 1, isFree) ?? formatAddress(cidr.bytes)
  );
}

function searchFrom(
  cidr: Cidr,
  first: number,
  isFree: (bytes: Uint8Array, address: string) => boolean,
): string | undefined {
  for (let offset = first; ; offset++) {
    const bytes = addressAt(cidr.bytes, offset);
    if (!bytes || !cidrContains(cidr, bytes)) return undefined;
    const address = formatAddress(bytes);
    if (isFree(bytes, address)) return address;
  }
}

function takenAddresses(topology: Topology): Map<string, Set<string>> {
  const taken = new Map<string, Set<string>>(topology.networks.map(({ name }) => [name, new Set()]));
  for (const { network, addresses } of topology.authorities) {
    for (const address of addresses) taken.get(network)!.add(address);
  }
  for (const { network, members } of topology.forwarders) {
    for (const { address } of members) taken.get(network)!.add(address);
  }
  return taken;
}
