import type { Topology } from '@pointsman/core/topology';

/** What stands at an address of a world for one who asks from a network, in the words of the topology: a tier, an authority, a network's resolver. */
export type NameOf = (address: string, from: string) => string | undefined;

/** Who stands where in a world: what a plan of it says, and that much of it. */
export type Standing = {
  forwarders: readonly { loopback: string; network: string; name: string }[];
  authorities: readonly { name: string; network: string; servers: readonly { loopback: string }[] }[];
  resolvers: readonly { loopback: string; network: string }[];
  outside: readonly { loopback: string; address: string }[];
};

type Place = { address: string; network: string | undefined; name: string };

/** Networks of a lab may use the same addresses: the asker's own network comes first, then one that it has a link with. */
export function namesIn(
  { forwarders, authorities, resolvers, outside }: Standing,
  { links }: Pick<Topology, 'links'>,
): NameOf {
  const places = Map.groupBy<string, Place>(
    [
      ...forwarders.map(({ loopback, network, name }) => place(loopback, network, name.split('/')[0]!)),
      ...authorities.flatMap(({ name, network, servers }) =>
        servers.map(({ loopback }) => place(loopback, network, name)),
      ),
      ...resolvers.map(({ loopback, network }) => place(loopback, network, `resolver of ${network}`)),
      ...outside.map(({ loopback, address }) => place(loopback, undefined, address)),
    ],
    ({ address }) => address,
  );
  const isLinked = (network: string | undefined, from: string) =>
    network !== undefined && links.some(({ between }) => between.includes(network) && between.includes(from));
  return (address, from) => {
    const there = places.get(address) ?? [];
    const nearest =
      there.find(({ network }) => network === from) ??
      there.find(({ network }) => isLinked(network, from)) ??
      there[0];
    return nearest?.name;
  };
}

function place(address: string, network: string | undefined, name: string): Place {
  return { address, network, name };
}
