import { formatEndpoint } from '@pointsman/core/address';
import type { Topology, Zone } from '@pointsman/core/topology';
import { bare } from '@pointsman/core/verify';
import type { NamespaceWorld, World } from '@pointsman/lab';
import { ENTER } from '../own-lab.ts';

/**
 * The first line of `up --json`: where to ask, and from where. Addresses are those to use, in the loopback world other ones than the topology's,
 * which are under `real`. A forwarder has its process, or the instance whose agent serves it. In network namespaces `aws` is the one endpoint of all services; `enter`, where root is not, what goes before a command that calls it. Other programs build on `networks`, `forwarders`, `zones` and `aws`.
 */
export function readyEvent(topology: Topology, world: World | NamespaceWorld) {
  const { plan, route53 } = world;
  const at = (loopback: string) => formatEndpoint(loopback, plan.port);
  return {
    event: 'ready',
    name: topology.name,
    port: plan.port,
    route53: apiOf(route53),
    ...('aws' in world && { aws: world.aws }),
    ...(ENTER !== undefined && { enter: ENTER }),
    networks: plan.clients.map(({ network, loopback, resolvers, address }) => ({
      name: network,
      vpcId: route53.vpcs.get(network)?.id,
      client: loopback,
      resolvers,
      kind: topology.networks.find(({ name }) => name === network)!.kind,
      real: { client: address },
    })),
    forwarders: world.members.map((member) => ({
      name: member.forwarder.name,
      address: at(member.forwarder.loopback),
      upstreams: upstreamsOf(member.forwarder.config),
      ...('pid' in member
        ? { pid: member.pid, transport: member.transport }
        : { instanceId: member.instanceId() }),
      real: { address: member.forwarder.address },
    })),
    zones: topology.zones.map((zone) => ({
      name: bare(zone.name),
      kind: zone.kind,
      hostedZoneId: route53.zoneIds.get(zone),
      servers: serversOf(zone, world).map(at),
    })),
    resolvers: plan.resolvers.map(({ network, loopback, address }) => ({
      network,
      address: at(loopback),
      real: { address },
    })),
    authorities: plan.authorities.map(({ name, network, servers }) => ({
      name,
      network,
      servers: servers.map(({ loopback, address }) => ({
        address: at(loopback),
        standIn: !world.real.some((each) => each.loopback === loopback),
        real: { address },
      })),
    })),
    moves: plan.moves,
  };
}

/** Where Route 53's API is, and the key of the account that has the first private zone; `keys` has one of every account. */
function apiOf({ endpoint, region, keys }: World['route53']) {
  const [{ accessKeyId, secretAccessKey }] = keys;
  return { endpoint, region, accessKeyId, secretAccessKey, keys };
}

type Config = World['plan']['forwarders'][number]['config'];

/** Everybody that a forwarder may ask, each once. */
export function upstreamsOf({ rules, otherwise, views = [] }: Config): string[] {
  const scopes = [{ rules, otherwise }, ...views];
  const lists = new Set(
    scopes.flatMap((scope) => [
      ...scope.rules.map(({ upstreams }) => upstreams),
      ...(scope.otherwise === 'refuse' ? [] : [scope.otherwise.upstreams]),
    ]),
  );
  return [...new Set([...lists].flat())];
}

/** The loopback addresses of those who answer a zone themselves. */
function serversOf(zone: Zone, { plan }: World): string[] {
  if (zone.kind === 'external') {
    const authority = plan.authorities.find(({ name }) => name === zone.authority)!;
    return authority.servers.map(({ loopback }) => loopback);
  }
  const isServed = zone.kind === 'public' || ((network: string) => zone.networks.includes(network));
  return plan.resolvers
    .filter(({ network }) => isServed === true || isServed(network))
    .map(({ loopback }) => loopback);
}
