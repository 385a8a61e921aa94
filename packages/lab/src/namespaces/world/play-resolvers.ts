import type { Cloud, Ec2State } from '@pointsman/cloud';
import { parseCidr } from '@pointsman/core/address';
import { VPC_RESOLVER_LINK_LOCAL, vpcResolverAddress } from '@pointsman/core/topology';
import { type DnsServer, type Handle, mayAsk, startDnsServer, type Vpc } from '@pointsman/zones';
import { playPublicResolver } from '../../loopback/resolver.ts';
import type { ZoneSets } from '../../loopback/zone-sets.ts';
import { DNS_PORT } from './world-plan.ts';

type CloudVpc = Ec2State['vpcs'] extends ReadonlyMap<string, infer Each> ? Each : never;

/** The resolvers of all VPCs of a cloud. */
export type Resolvers = {
  /** Resolves when every VPC there is now has its resolver. */
  settled: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * Every VPC of the cloud has a resolver while its attribute enableDnsSupport is on, also those that come later. `routerOf`: the namespace of a VPC's
 * router, by the VPC's ID.
 */
export function playResolvers(
  cloud: Cloud,
  zoneSets: ZoneSets,
  routerOf: (vpcId: string) => string,
): Resolvers {
  const running = new Map<string, Promise<DnsServer[]>>();
  const bring = async (id: string, before: Promise<DnsServer[]> | undefined): Promise<DnsServer[]> => {
    const servers = (await before) ?? [];
    const vpc = cloud.state.now().vpcs.get(id);
    const isWanted = vpc?.dnsSupport === true;
    if (isWanted === servers.length > 0) return servers;
    await Promise.all(servers.map((server) => server.stop()));
    return isWanted ? startResolver(cloud, vpc, zoneSets, routerOf(id)) : [];
  };
  const follow = (id: string) => {
    const next = bring(id, running.get(id)).catch((error: Error) => {
      process.emitWarning(error);
      return [];
    });
    running.set(id, next);
    // Of a VPC that is gone nothing is kept.
    void next.then(() => {
      if (running.get(id) === next && !cloud.state.now().vpcs.has(id)) running.delete(id);
    });
  };
  for (const id of cloud.state.now().vpcs.keys()) follow(id);
  const unwatch = cloud.state.watch((changes) => {
    for (const { table, id } of changes) if (table === 'vpcs') follow(id);
  });
  return {
    settled: async () => {
      await Promise.all(running.values());
    },
    stop: async () => {
      unwatch();
      const servers = (await Promise.all(running.values())).flat();
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

function startResolver(
  cloud: Cloud,
  vpc: CloudVpc,
  zoneSets: ZoneSets,
  namespace: string,
): Promise<DnsServer[]> {
  const handle = playVpc(() => hostedVpcOf(cloud.state.now().vpcs.get(vpc.id) ?? vpc), zoneSets);
  const cidrs = vpc.cidrs.map(({ cidr }) => cidr);
  const addresses = [vpcResolverAddress({ cidrs, dnsSupport: true })!, ...VPC_RESOLVER_LINK_LOCAL];
  return Promise.all(
    addresses.map((address) => startDnsServer({ address, port: DNS_PORT, namespace, handle })),
  );
}

/** Answers the clients of the VPC; to packets from elsewhere nothing is said, as a VPC would not even carry them. */
function playVpc(vpc: () => Vpc, zoneSets: ZoneSets): Handle {
  const answer = playPublicResolver(zoneSets.ofVpc(vpc));
  return (packet, client) => (mayAsk(vpc().cidrs, client.address) ? answer(packet, client) : undefined);
}

/** A VPC of the cloud as hosted zones know it. */
export function hostedVpcOf({
  id,
  region,
  account,
  cidrs,
  ipv6Cidrs,
  dnsSupport,
  dnsHostnames,
}: CloudVpc): Vpc {
  return {
    id,
    region,
    account,
    cidrs: [...cidrs, ...ipv6Cidrs].map(({ cidr }) => parseCidr(cidr)!),
    enableDnsSupport: dnsSupport,
    enableDnsHostnames: dnsHostnames,
  };
}
