import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { parseEndpoint } from '@pointsman/core/address';
import { planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import { missingForBind } from '@pointsman/host';
import { type DnsServer, startDnsServer } from '@pointsman/zones';
import { type Member, startMember } from './member.ts';
import { castPlayers, type Player, type RealServer } from './players.ts';
import { explainStartFailures, type StartFailure } from './start-failures.ts';
import { WorldError } from './world-error.ts';
import { planWorld, type WorldForwarder, type WorldPlan } from './world-plan.ts';

/** A topology that runs on this machine. */
export type World = {
  plan: WorldPlan;
  members: readonly Member[];
  /** Servers of authorities that something else plays: it answered there before. */
  real: readonly RealServer[];
  /** Ends everything that was started, and nothing else. */
  stop: () => Promise<void>;
};

export type WorldOptions = {
  /** The one port of all servers. */
  port: number;
  /** Gives up the start. */
  signal?: AbortSignal;
};

/** How many servers are being bound at a time. */
const BINDING_AT_A_TIME = 64;

/**
 * Starts the whole of a topology in 127.0.0.0/8: VPC resolvers and authorities in this process, members of tiers in one each.
 * Either all of it or nothing runs.
 * @throws WorldError
 */
export async function startWorld(topology: Topology, options: WorldOptions): Promise<World> {
  const plan = planWorld(topology, planTopology(topology), options.port);
  requireEngines(plan);
  const { players, real } = await castPlayers(topology, plan);
  const servers: DnsServer[] = [];
  const members: Member[] = [];
  const stop = async () => {
    await Promise.all(members.map((member) => member.stop()));
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    const failures = await startPlayers(players, plan.port, servers, options.signal);
    // Without all of these there is nothing for the members to ask.
    if (failures.length === 0)
      failures.push(...(await startMembers(plan.forwarders, members, options.signal)));
    if (failures.length > 0) throw explainStartFailures(failures, plan);
    const places = [...players, ...real, ...plan.forwarders].map(({ loopback }) => loopback);
    await waitForUpstreams(members, new Set(places), options.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { plan, members, real, stop };
}

/** @throws WorldError where a tier's engine is not installed here */
function requireEngines({ forwarders }: WorldPlan): void {
  const first = forwarders.find(({ engine }) => engine === 'bind');
  const missing = first && missingForBind();
  if (missing)
    throw new WorldError(
      'engine-missing',
      `the tier ${first.name.split('/')[0]} cannot run: ${missing}, or give the tier "engine: native"`,
    );
}

async function startPlayers(
  players: readonly Player[],
  port: number,
  servers: DnsServer[],
  signal: AbortSignal | undefined,
): Promise<StartFailure[]> {
  const failures: StartFailure[] = [];
  await eachOf(players, BINDING_AT_A_TIME, signal, async ({ what, loopback, handle }) => {
    try {
      servers.push(await startDnsServer({ address: loopback, port, handle }));
    } catch (error) {
      failures.push({ what, loopback, error: error as Error });
    }
  });
  return failures;
}

/** Stops at the first that fails: what hinders one of them mostly hinders all. */
async function startMembers(
  forwarders: readonly WorldForwarder[],
  members: Member[],
  signal: AbortSignal | undefined,
): Promise<StartFailure[]> {
  const failures: StartFailure[] = [];
  const order = new Map(forwarders.map((forwarder, index) => [forwarder, index]));
  await eachOf(forwarders, 2 * availableParallelism(), signal, async (forwarder) => {
    if (failures.length > 0) return;
    try {
      members.push(await startMember(forwarder, signal));
    } catch (error) {
      failures.push({
        what: `forwarder ${forwarder.name}`,
        loopback: forwarder.loopback,
        error: error as Error,
      });
    }
  });
  members.sort((a, b) => order.get(a.forwarder)! - order.get(b.forwarder)!);
  return failures;
}

/** Milliseconds between two looks at the members, and how long they may take to find their upstreams. */
const LOOK_INTERVAL = 50;
const LOOK_PATIENCE = 5000;

/**
 * Until every member finds every upstream of this world up: of two tiers that ask each other, one starts first, and finds nobody. A
 * world in which that does not come about is shown as it is.
 */
async function waitForUpstreams(
  members: readonly Member[],
  places: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const end = performance.now() + LOOK_PATIENCE;
  const isFine = async (member: Member) => {
    const stats = await member.stats();
    const own = stats?.upstreams.filter(({ endpoint }) => places.has(parseEndpoint(endpoint)!.address));
    return own?.every(({ state }) => state === 'up') ?? true;
  };
  while (performance.now() < end && !signal?.aborted) {
    if ((await Promise.all(members.map(isFine))).every(Boolean)) return;
    await wait(LOOK_INTERVAL);
  }
}

/** Does the work for each item, so many at a time. @throws WorldError when the start is given up */
async function eachOf<T>(
  items: readonly T[],
  atATime: number,
  signal: AbortSignal | undefined,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) {
      if (signal?.aborted) return;
      await work(item);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  if (signal?.aborted) throw new WorldError('given-up', 'the start was given up');
}
