import { parseEndpoint } from '@pointsman/core/address';
import { planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import { planWorld, type WorldPlan } from '@pointsman/lab';
import { type DnsServer, startDnsServer } from '@pointsman/zones';
import { createCacheMemory, openCache } from '../../packages/forwarder/src/cache/cache.ts';
import { createClock, monotonicMs } from '../../packages/forwarder/src/engine/clock.ts';
import { createEngine, type Engine } from '../../packages/forwarder/src/engine/engine.ts';
import { compileRules } from '../../packages/forwarder/src/rules/rule-set.ts';
import { createUdpStack } from '../../packages/forwarder/src/udp/choose.ts';
import { castPlayers } from '../../packages/lab/src/loopback/players.ts';
import { openHostedZones } from '../../packages/lab/src/route53/hosted-zones.ts';

/** A world whose answers are compared with traces. */
export type ProvenWorld = {
  plan: WorldPlan;
  /** Ends the server at a loopback address, or the member of that name. */
  end: (what: string) => Promise<unknown>;
  stop: () => Promise<void>;
};

const CACHE_BYTES = 2 ** 20;
/** Milliseconds between two looks at the upstreams, and how long they may take to be found. */
const LOOK_INTERVAL = 10;
const LOOK_PATIENCE = 3000;

/**
 * The loopback world in this very process: the lab's players and the forwarder's engines, with real packets between them, without the processes and
 * threads that take half a second to start. Hundreds of small worlds run in the time of one large one.
 */
export async function startInProcess(topology: Topology, port: number): Promise<ProvenWorld> {
  const plan = planWorld(topology, planTopology(topology), port);
  const { players } = await castPlayers(topology, plan, openHostedZones(topology));
  const servers = new Map<string, DnsServer>();
  for (const { loopback, handle } of players)
    servers.set(loopback, await startDnsServer({ address: loopback, port, handle }));
  const engines = new Map<string, Engine>();
  for (const { name, config, loopback } of plan.forwarders) {
    const { budgets: _, ...unlimited } = config;
    const engine = createEngine({
      stack: createUdpStack(),
      cache: openCache(createCacheMemory(CACHE_BYTES)),
      clock: createClock(monotonicMs()),
      claims: undefined,
      budgets: new Map(),
      rules: compileRules(unlimited, 1),
      handOver: () => {},
    });
    await engine.listen(loopback, port);
    engines.set(name, engine);
  }
  await waitForUpstreams(
    [...engines.values()],
    new Set([...servers.keys(), ...plan.forwarders.map(({ loopback }) => loopback)]),
  );
  return {
    plan,
    end: async (what) => {
      await servers.get(what)?.stop();
      servers.delete(what);
      await engines.get(what)?.stop();
      engines.delete(what);
    },
    stop: async () => {
      for (const engine of engines.values()) await engine.stop();
      for (const server of servers.values()) await server.stop();
    },
  };
}

async function waitForUpstreams(engines: readonly Engine[], places: ReadonlySet<string>): Promise<void> {
  const end = performance.now() + LOOK_PATIENCE;
  const isFine = (engine: Engine) =>
    engine
      .upstreams()
      .filter(({ address }) => places.has(parseEndpoint(address.endpoint)!.address))
      .every(({ state }) => state === 'up');
  while (performance.now() < end && !engines.every(isFine))
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL));
}
