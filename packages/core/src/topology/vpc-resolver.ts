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
