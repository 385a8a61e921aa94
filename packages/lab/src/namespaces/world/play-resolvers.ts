import type { Cloud } from '@pointsman/cloud';
import { parseCidr } from '@pointsman/core/address';
import { VPC_RESOLVER_LINK_LOCAL, vpcResolverAddress } from '@pointsman/core/topology';
import { type Handle, mayAsk, startDnsServer, type Vpc } from '@pointsman/zones';
import { playPublicResolver } from '../../loopback/resolver.ts';
import type { ZoneSets } from '../../loopback/zone-sets.ts';
import { type CloudVpc, type Followed, followVpcs } from './follow-vpcs.ts';
import { DNS_PORT } from './world-plan.ts';

/** Every VPC of the cloud has a resolver while its attribute enableDnsSupport is on. `routerOf`: the namespace of a VPC's router, by the VPC's ID. */
export function playResolvers(
  cloud: Cloud,
  zoneSets: ZoneSets,
  routerOf: (vpcId: string) => string,
): Followed {
  return followVpcs(
    cloud,
    ({ dnsSupport }) => dnsSupport,
    (vpc) => {
      const handle = playVpc(() => hostedVpcOf(cloud.state.now().vpcs.get(vpc.id) ?? vpc), zoneSets);
      const cidrs = vpc.cidrs.map(({ cidr }) => cidr);
      const addresses = [vpcResolverAddress({ cidrs, dnsSupport: true })!, ...VPC_RESOLVER_LINK_LOCAL];
      const namespace = routerOf(vpc.id);
      return Promise.all(
        addresses.map((address) => startDnsServer({ address, port: DNS_PORT, namespace, handle })),
      );
    },
  );
}

/** Answers the clients of the VPC; to packets from elsewhere nothing is said, as a VPC would not even carry them. */
function playVpc(vpc: () => Vpc, zoneSets: ZoneSets): Handle {
  const answer = playPublicResolver(zoneSets.ofVpc(vpc));
  return (packet, client) => (mayAsk(vpc().cidrs, client.address) ? answer(packet, client) : undefined);
}

/** A VPC of the cloud as hosted zones know it. */
export function hostedVpcOf(vpc: CloudVpc): Vpc {
  const { id, region, account, cidrs, ipv6Cidrs, dnsSupport, dnsHostnames } = vpc;
  return {
    id,
    region,
    account,
    cidrs: [...cidrs, ...ipv6Cidrs].map(({ cidr }) => parseCidr(cidr)!),
    enableDnsSupport: dnsSupport,
    enableDnsHostnames: dnsHostnames,
  };
}
