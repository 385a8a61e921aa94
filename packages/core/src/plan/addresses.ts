import type { ResolverReference, Topology, UpstreamReference } from '../topology/index.ts';
import { vpcResolverAddress } from '../topology/index.ts';

/** What the names in a topology stand for. Each list is made once and shared by all who ask for it. */
export type AddressOf = {
  ofAuthority: (name: string) => string[];
  ofTier: (name: string) => string[];
  /** One address, or none where the network has no VPC resolver. */
  ofVpcResolver: (network: string) => string[];
  ofUpstreams: (references: readonly UpstreamReference[], network: string) => string[];
  ofResolvers: (references: readonly ResolverReference[], network: string) => string[];
  /** Every VPC resolver of the topology. */
  vpcResolvers: ReadonlySet<string>;
};

export function resolveAddresses(topology: Topology): AddressOf {
  const authorities = new Map(topology.authorities.map(({ name, addresses }) => [name, [...addresses]]));
  const tiers = new Map(
    topology.forwarders.map(({ name, members }) => [name, members.map((each) => each.address)]),
  );
  const resolvers = new Map(
    topology.networks.map((network) => {
      const address = network.kind === 'vpc' ? vpcResolverAddress(network) : undefined;
      return [network.name, address === undefined ? [] : [address]];
    }),
  );
  const of = (reference: ResolverReference | UpstreamReference, network: string): string[] => {
    switch (reference.kind) {
      case 'tier':
        return tiers.get(reference.name)!;
      case 'authority':
        return authorities.get(reference.name)!;
      case 'vpc-resolver':
        return resolvers.get(network)!;
      case 'address':
        return [reference.address];
      case 'endpoint':
        return [reference.endpoint];
    }
  };
  const ofAll = (references: readonly (ResolverReference | UpstreamReference)[], network: string) =>
    references.length === 1
      ? of(references[0]!, network)
      : [...new Set(references.flatMap((each) => of(each, network)))];
  return {
    ofAuthority: (name) => authorities.get(name)!,
    ofTier: (name) => tiers.get(name)!,
    ofVpcResolver: (network) => resolvers.get(network)!,
    ofUpstreams: ofAll,
    ofResolvers: ofAll,
    vpcResolvers: new Set([...resolvers.values()].flat()),
  };
}
