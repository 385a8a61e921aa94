import { planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import { planWorld, type WorldPlan } from '../../loopback/world-plan.ts';
import type { NamespacePlan } from './plan.ts';

/** The one port of servers in network namespaces: nothing else is there that could have it. */
export const DNS_PORT = 53;

/** The world as the loopback world describes itself, with everything at its own address. */
export function describeWorld(topology: Topology, plan: NamespacePlan): WorldPlan {
  const outside = plan.servers.filter(({ authority }) => authority === undefined);
  const world = planWorld(topology, planTopology(topology), DNS_PORT, {
    ofAddress: (address) => address,
    ofCidr: (cidr) => [cidr],
    moves: [],
    outside: outside.map(({ address }) => ({ address, loopback: address })),
  });
  const configs = new Map(plan.members.map(({ name, config }) => [name, config]));
  return {
    ...world,
    clients: world.clients.map((client, index) => {
      const [address] = plan.clients[index]!.addresses;
      return { ...client, address: address!, loopback: address! };
    }),
    // Their ports, too, are the topology's.
    forwarders: world.forwarders.map((each) => ({ ...each, config: configs.get(each.name)! })),
  };
}
