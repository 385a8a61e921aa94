import { availableParallelism } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { parseEndpoint } from '@pointsman/core/address';
import { planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import { missingForBind } from '@pointsman/host';
import { startDnsServer } from '@pointsman/zones';
import { type HostedZones, openHostedZones } from '../route53/hosted-zones.ts';
import { serveApi, type WorldApi } from '../route53/serve-api.ts';
import { type Member, startMember, type WorldMember } from './member.ts';
import { castPlayers, type Player, type RealServer } from './players.ts';
import { addressesOf, explainStartFailures, type StartFailure } from './start-failures.ts';
import { WorldError } from './world-error.ts';
import { planWorld, type WorldForwarder, type WorldPlan } from './world-plan.ts';

/** A topology that runs on this machine. */
export type World = {
  plan: WorldPlan;
  members: readonly WorldMember[];
  /** Servers of authorities that something else plays: it answered there before. */
  real: readonly RealServer[];
  /** The API of Route 53, and what it has changed. */
  route53: Pick<HostedZones, 'vpcs' | 'zoneIds' | 'differences' | 'watchDifferences' | 'conflicts'> &
    Pick<WorldApi, 'endpoint' | 'region' | 'keys'>;
  /** Ends everything that was started, and nothing else. */
  stop: () => Promise<void>;
};

/** One of whose members each is a process. */
export type LoopbackWorld = Omit<World, 'members'> & { members: readonly Member[] };

export type WorldOptions = {
  /** The one port of all servers. */
  port: number;
  /** A file that keeps what the API of Route 53 changes; without one it is gone with the world. */
  state?: string | undefined;
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
export async function startWorld(topology: Topology, options: WorldOptions): Promise<LoopbackWorld> {
  const plan = planWorld(topology, planTopology(topology), options.port);
  requireEngines(plan);
  const hosted = openHostedZones(topology, { statePath: options.state });
  const servers: { stop(): Promise<void> }[] = [];
  const members: Member[] = [];
  const stop = async () => {
    await Promise.all(members.map((member) => member.stop()));
    await Promise.all(servers.map((server) => server.stop()));
    await hosted.stop();
  };
  try {
    const { players, real } = await castPlayers(topology, plan, hosted);
    const failures = await startPlayers(players, plan.port, servers, options.signal);
    // Without all of these there is nothing for the members to ask.
    const isReady = failures.length === 0;
    const [api, memberFailures] = await allSettled([
      startApi(topology, plan, hosted, servers),
      isReady ? startMembers(plan.forwarders, members, options.signal) : [],
    ]);
    failures.push(...('error' in api ? [api] : []), ...memberFailures);
    if ('error' in api || failures.length > 0) throw explainStartFailures(failures, plan);
    const places = [...players, ...real, ...plan.forwarders].map(({ loopback }) => loopback);
    await waitForUpstreams(members, new Set(places), options.signal);
    hosted.settle();
    return { plan, members, real, route53: { ...hosted, ...api }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
  servers: { stop(): Promise<void> }[],
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

/** Beside DNS, at the same port number. */
const API_ADDRESS = '127.0.0.1';

async function startApi(
  topology: Topology,
  plan: WorldPlan,
  hosted: HostedZones,
  servers: { stop(): Promise<void> }[],
): Promise<WorldApi | StartFailure> {
  // A server of the topology may have the place: then any port is as good.
  const isTaken = addressesOf(plan).includes(API_ADDRESS);
  try {
    const api = await serveApi(topology, hosted, { address: API_ADDRESS, port: isTaken ? 0 : plan.port });
    servers.push(api);
    return api;
  } catch (error) {
    return { what: 'the API of Route 53', loopback: API_ADDRESS, error: error as Error };
  }
}

/** As Promise.all, but nothing is under way any more when it rejects. */
async function allSettled<T extends readonly unknown[]>(
  work: {
    [Index in keyof T]: T[Index] | Promise<T[Index]>;
  },
): Promise<T> {
  await Promise.allSettled(work);
  return (await Promise.all(work)) as unknown as T;
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
      members.push(await startMember(forwarder, { signal }));
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
