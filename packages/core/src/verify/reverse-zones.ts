import { parseCidr, reverseZonesOf } from '../address/index.ts';
import type { Name } from '../dns/name.ts';

const PRIVATE_ZONES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].flatMap((cidr) =>
  reverseZonesOf(parseCidr(cidr)!),
);

/**
 * The reverse zones that the resolver of a VPC answers by itself, where `enableDnsHostnames` and `enableDnsSupport` are on: those of the VPC's CIDRs from its
 * instances, those of other private addresses with nothing. A private zone takes over what it covers.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-rules-managing.html#resolver-automatic-forwarding-rules-reverse-dns
 */
export function builtInZones(cidrs: readonly string[]): Map<Name, 'instances' | 'nothing'> {
  const zones = new Map<Name, 'instances' | 'nothing'>(PRIVATE_ZONES.map((name) => [name, 'nothing']));
  for (const cidr of cidrs) for (const name of reverseZonesOf(parseCidr(cidr)!)) zones.set(name, 'instances');
  return zones;
}
