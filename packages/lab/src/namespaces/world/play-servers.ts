import { type DnsServer, type Handle, startDnsServer } from '@pointsman/zones';
import { playAuthority } from '../../loopback/authority.ts';
import { makeForwards } from '../../loopback/forwards.ts';
import { playPublicResolver } from '../../loopback/resolver.ts';
import type { WorldPlan } from '../../loopback/world-plan.ts';
import type { ZoneSets } from '../../loopback/zone-sets.ts';
import type { Cleanups } from './cleanups.ts';
import type { LabServer, NamespacePlan } from './plan.ts';
import { DNS_PORT } from './world-plan.ts';

/** Starts the servers of authorities and the public resolvers, each on the routers of its networks. `routerOf`: the namespace of a network's router. */
export async function playServers(
  plan: NamespacePlan,
  world: WorldPlan,
  zoneSets: ZoneSets,
  routerOf: (network: string) => string,
  cleanups: Cleanups,
): Promise<void> {
  const places = plan.servers.flatMap((server) => server.networks.map((network) => ({ server, network })));
  await Promise.all(
    places.map(async ({ server, network }) => {
      const namespace = routerOf(network);
      const handle = handleOf(server, world, zoneSets, namespace);
      for (const port of server.ports) {
        const started: DnsServer = await startDnsServer({ address: server.address, port, namespace, handle });
        cleanups.add(started.stop);
      }
    }),
  );
}

function handleOf(server: LabServer, world: WorldPlan, zoneSets: ZoneSets, namespace: string): Handle {
  if (server.authority === undefined) return playPublicResolver(zoneSets.ofPublicResolver());
  const authority = world.authorities.find(({ name }) => name === server.authority)!;
  const forwards = makeForwards(authority, server.address, DNS_PORT, namespace);
  return playAuthority(zoneSets.ofAuthority(authority), forwards);
}
