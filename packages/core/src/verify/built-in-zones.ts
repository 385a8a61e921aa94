import { parseCidr, reverseZonesOf } from '../address/index.ts';
import type { Name } from '../dns/name.ts';
import type { Vpc } from '../topology/topology.ts';

const PRIVATE_ZONES = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'].flatMap((cidr) =>
  reverseZonesOf(parseCidr(cidr)!),
);

/** From what a VPC resolver answers a zone of its own. */
export type BuiltIn = 'instances' | 'nothing' | 'itself';

/**
 * The zones that the resolver of a VPC answers by itself, where `enableDnsHostnames` and `enableDnsSupport` are on: the names of instances in its region
 * and the reverse names of the VPC's CIDRs from its instances, those of other private addresses with nothing. A private zone takes over what it
 * covers; a public one of the topology stands in for what AWS answers.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-forward-vpc-to-network-autodefined-rules.html
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-rules-managing.html#resolver-automatic-forwarding-rules-reverse-dns
 */
export function builtInZones({
  cidrs,
  region,
  autodefinedReverse,
}: Pick<Vpc, 'cidrs' | 'region' | 'autodefinedReverse'>): Map<Name, BuiltIn> {
  const zones = new Map<Name, BuiltIn>();
  if (autodefinedReverse) {
    for (const name of PRIVATE_ZONES) zones.set(name, 'nothing');
    for (const cidr of cidrs)
      for (const name of reverseZonesOf(parseCidr(cidr)!)) zones.set(name, 'instances');
  }
  for (const name of instanceZones(region)) zones.set(name, 'instances');
  return zones.set('localhost.', 'itself');
}

/** The zones of the names that AWS gives to instances. */
function instanceZones(region: string): Name[] {
  if (region === 'us-east-1') return ['ec2.internal.', 'compute-1.internal.', 'compute-1.amazonaws.com.'];
  const amazon = region.startsWith('cn-') ? 'amazonaws.com.cn.' : 'amazonaws.com.';
  return [`${region}.compute.internal.`, `${region}.compute.${amazon}`];
}
