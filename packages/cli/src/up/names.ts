import type { World } from '@pointsman/lab';

/** What stands at each loopback address, in the words of the topology: a tier, an authority, a network's resolver. */
export function namesIn({ plan }: Pick<World, 'plan'>): ReadonlyMap<string, string> {
  return new Map([
    ...plan.outside.map(({ loopback, address }) => [loopback, address] as const),
    ...plan.resolvers.map(({ loopback, network }) => [loopback, `resolver of ${network}`] as const),
    ...plan.authorities.flatMap(({ name, servers }) =>
      servers.map(({ loopback }) => [loopback, name] as const),
    ),
    ...plan.forwarders.map(({ loopback, name }) => [loopback, name.split('/')[0]!] as const),
  ]);
}
