/** The addresses that a VPC keeps for itself: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
import { addressAt, formatAddress, parseCidr } from '@pointsman/core/address';
import { FabricError } from './fabric-error.ts';
import { isIpv6, type Network } from './model.ts';

/** The VPC resolver's other addresses, the same in every VPC. */
export const LINK_LOCAL_RESOLVERS = ['169.254.169.253', 'fd00:ec2::253'];
/** The instance metadata service. */
export const METADATA = ['169.254.169.254', 'fd00:ec2::254'];
/** The router on every subnet, beside its address of the subnet's own. */
export const ROUTER_LINK_LOCAL = 'fe80::1';

/** The address at that distance from the base of the CIDR. @throws FabricError where the text is no CIDR, or it is not in it */
export function addressIn(cidr: string, offset: number): string {
  const parsed = parseCidr(cidr);
  const address = parsed && addressAt(parsed.bytes, offset);
  if (!address) throw new FabricError(`"${cidr}" is no CIDR with room for a gateway`);
  return formatAddress(address);
}

export function gatewayOf(cidr: string): string {
  return addressIn(cidr, 1);
}

export function prefixLengthOf(cidr: string): number {
  return Number(cidr.slice(cidr.indexOf('/') + 1));
}

/** Where the VPC's resolver answers, the address at base plus two first; nowhere where the VPC has no DNS support, or at a site. */
export function resolversOf({ kind, dnsSupport, cidrs }: Network): string[] {
  const primary = cidrs.find((cidr) => !isIpv6(cidr));
  if (kind === 'site' || !dnsSupport || primary === undefined) return [];
  return [addressIn(primary, 2), ...LINK_LOCAL_RESOLVERS];
}

/** All addresses on the router that are no gateway's. */
export function servicesOf(network: Network): string[] {
  const metadata = network.kind === 'vpc' ? METADATA : [];
  return [...new Set([...resolversOf(network), ...metadata, ...network.routerAddresses.keys()])];
}
