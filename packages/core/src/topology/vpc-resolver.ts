import { addressAt, formatAddress, parseCidr } from '../address/index.ts';
import type { Vpc } from './topology.ts';

/**
 * The address of a VPC's resolver: the base of its first IPv4 CIDR plus two; undefined where `dnsSupport` is off.
 * https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
 */
export function vpcResolverAddress(vpc: Pick<Vpc, 'cidrs' | 'dnsSupport'>): string | undefined {
  if (!vpc.dnsSupport) return undefined;
  const primary = vpc.cidrs.map(parseCidr).find((cidr) => cidr?.bytes.length === 4);
  const address = primary && addressAt(primary.bytes, 2);
  return address && formatAddress(address);
}

/** Where the resolver of a VPC answers besides, in every VPC: the same page. */
export const VPC_RESOLVER_LINK_LOCAL: readonly string[] = ['169.254.169.253', 'fd00:ec2::253'];
