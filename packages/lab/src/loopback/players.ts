import type { Topology } from '@pointsman/core/topology';
import type { Handle } from '@pointsman/zones';
import { ask } from '../client/ask.ts';
import type { HostedZones } from '../route53/hosted-zones.ts';
import { playAuthority } from './authority.ts';
import { makeForwards } from './forwards.ts';
import { playPublicResolver, playVpcResolver } from './resolver.ts';
import type { WorldAuthority, WorldPlan } from './world-plan.ts';
import { makeZoneSets } from './zone-sets.ts';

/** One server of the world that the lab plays itself: what it is, in words, where, and how it answers. */
export type Player = { what: string; address: string; loopback: string; handle: Handle };

/** A server of an authority that is there already: the real thing, which the world uses as it is. */
export type RealServer = { authority: string; address: string; loopback: string };

/** Milliseconds in which a server that is there answers: nobody there shows at once, since everything is on this machine. */
const PROBE_PATIENCE = 500;

/** Everything of the world but the members of tiers. */
export async function castPlayers(
  topology: Topology,
  plan: WorldPlan,
  hosted: HostedZones,
): Promise<{ players: Player[]; real: RealServer[] }> {
  const zoneSets = makeZoneSets(topology, hosted);
  const resolvers = plan.resolvers.map((resolver) => ({
    what: `VPC resolver of ${resolver.network}`,
    address: resolver.address,
    loopback: resolver.loopback,
    handle: playVpcResolver(resolver, zoneSets.ofResolver(resolver)),
  }));
  const outside = plan.outside.map((place) => ({
    what: 'public resolver',
    ...place,
    handle: playPublicResolver(zoneSets.ofPublicResolver()),
  }));
  const servers = await Promise.all(
    plan.authorities.flatMap((authority) => {
      const zones = zoneSets.ofAuthority(authority);
      return authority.servers.map(async (place) => {
        if (await isAnswering(authority, place.loopback, plan))
          return { authority: authority.name, ...place };
        const forwards = makeForwards(authority, place.loopback, plan.port);
        return { what: `authority ${authority.name}`, ...place, handle: playAuthority(zones, forwards) };
      });
    }),
  );
  return {
    players: [...resolvers, ...outside, ...servers.filter((each) => 'handle' in each)],
    real: servers.filter((each) => 'authority' in each),
  };
}

/** True where a DNS server answers at the place of an authority's server. It is asked for its own zone, as a client of its network. */
async function isAnswering(authority: WorldAuthority, address: string, plan: WorldPlan): Promise<boolean> {
  const client = plan.clients.find(({ network }) => network === authority.network);
  const reply = await ask({
    server: { address, port: plan.port },
    ...(client && { source: client.loopback }),
    name: authority.zones[0] ?? '.',
    type: 'SOA',
    patience: PROBE_PATIENCE,
    tries: 1,
  });
  return reply.ok;
}
