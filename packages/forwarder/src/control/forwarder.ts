/** A forwarder as its owner sees it: started whole or not at all, reloaded, asked how it is, stopped. */
import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import net from 'node:net';
import { parseEndpoint } from '@pointsman/core/address';
import type { ForwarderConfig } from '@pointsman/core/config';
import { createCacheMemory, openCache } from '../cache/cache.ts';
import { createClaimMemory, MAX_WORKERS } from '../engine/claims.ts';
import { monotonicMs } from '../engine/clock.ts';
import { COUNTERS, type Counters, createCounters } from '../engine/counters.ts';
import { compileRules, endpointOf } from '../rules/rule-set.ts';
import { preferHugePages } from '../udp/libc.ts';
import type { UdpKind } from '../udp/udp.ts';
import { createBudgetMemory } from '../upstreams/budget.ts';
import type { Report, UpstreamStats, WorkerSetup } from './messages.ts';
import { startWorkers } from './worker-handle.ts';

export type ForwarderStats = Counters & {
  cacheEntries: number;
  cacheBytes: number;
  upstreams: UpstreamStats[];
};

export type ForwarderOptions = {
  /** Worker threads, 1 to 255; each has its own sockets, all share the cache. */
  workers: number;
  /** Undefined: the best that this machine has. */
  transport?: UdpKind;
  /** The cache in huge pages: a cached answer costs less CPU time, and half of the cache's bytes are resident from the start. Default: false. */
  hugePages?: boolean;
  /** A worker died of an error: nothing is served by it any more. The owner should end the process. */
  onCrash?: (error: Error) => void;
};

export type Forwarder = {
  readonly transport: UdpKind;
  /** Why that is not the best there is; undefined where it is. */
  readonly transportReason: string | undefined;
  readonly workers: number;
  /** Rules, clients and deadline change between two packets. @throws ReloadError; then the old configuration goes on serving */
  reload(config: ForwarderConfig): Promise<void>;
  stats(): Promise<ForwarderStats>;
  stop(): Promise<void>;
};

/** What cannot change without a restart. */
export class ReloadError extends Error {
  readonly code = 'RESTART_NEEDED';
}

/** @throws RangeError (ERR_OUT_OF_RANGE) for `workers`, or an Error with a `code` (EADDRINUSE, EACCES, EADDRNOTAVAIL, …) and a message that names the address */
export async function startForwarder(config: ForwarderConfig, options: ForwarderOptions): Promise<Forwarder> {
  if (!(options.workers >= 1 && options.workers <= MAX_WORKERS && Number.isInteger(options.workers))) {
    const message = `workers must be 1 to ${MAX_WORKERS}, not ${options.workers}`;
    throw Object.assign(new RangeError(message), { code: 'ERR_OUT_OF_RANGE' });
  }
  const listen = config.listen.map((text) => parseEndpoint(text) as { address: string; port: number });
  for (const { address, port } of listen) await requireFree(address, port);

  let rules = compileRules(config, 1);
  const cache = createCacheMemory(config.cache.bytes, options.hugePages ? preferHugePages : undefined);
  const budgetMemories = new Map<string, SharedArrayBuffer>();
  const budgets = () => budgetsOf(config, budgetMemories);
  const setup: Omit<WorkerSetup, 'worker' | 'peers'> = {
    transport: options.transport,
    listen,
    rules,
    cache,
    claims: createClaimMemory(),
    budgets: budgets(),
    hashKey: [randomInt(2 ** 32), randomInt(2 ** 32)],
    origin: monotonicMs(),
  };
  const workers = startWorkers(setup, options.workers);
  let stopping = false;
  let requests = 0;
  for (const worker of workers) {
    worker.onEnd((error) => {
      if (!stopping) options.onCrash?.(error);
    });
  }

  async function stop(): Promise<void> {
    stopping = true;
    await Promise.all(workers.map((worker) => worker.stop()));
  }

  let ready: Extract<Report, { type: 'ready' }>;
  try {
    const reports = await Promise.all(workers.map((worker) => worker.report('ready')));
    ready = reports[0]!;
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    transport: ready.transport,
    transportReason: ready.transportReason,
    workers: options.workers,

    async reload(next) {
      const fixed = (from: ForwarderConfig) => JSON.stringify([from.listen, from.cache]);
      if (fixed(next) !== fixed(config)) {
        throw new ReloadError('`listen` and `cache` cannot change while the forwarder runs: restart it');
      }
      rules = compileRules(next, rules.epoch + 1);
      config = next;
      const done = workers.map((worker) => worker.report<'reloaded'>(`reloaded ${rules.epoch}`));
      for (const worker of workers) worker.send({ type: 'reload', rules, budgets: budgets() });
      await Promise.all(done);
    },

    async stats() {
      const request = requests++;
      const reports = workers.map((worker) => worker.report<'stats'>(`stats ${request}`));
      for (const worker of workers) worker.send({ type: 'stats', request });
      const all = await Promise.all(reports);
      const counters = createCounters();
      for (const name of COUNTERS) for (const report of all) counters[name] += report.counters[name];
      return {
        ...counters,
        cacheEntries: openCache(cache).size(),
        cacheBytes: config.cache.bytes,
        upstreams: mergeUpstreams(all.map(({ upstreams }) => upstreams)),
      };
    },

    stop,
  };
}

/** Workers bind with SO_REUSEPORT and would share a port with another process unnoticed: so it must be free without it. */
async function requireFree(address: string, port: number): Promise<void> {
  const udp = dgram.createSocket({
    type: address.includes(':') ? 'udp6' : 'udp4',
    ipv6Only: address.includes(':'),
  });
  const tcp = net.createServer();
  try {
    await settled(udp, () => udp.bind({ address, port, exclusive: true }), 'listening');
    await settled(tcp, () => tcp.listen({ host: address, port, exclusive: true }), 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw Object.assign(new Error(bindMessage(address, port, code)), { code });
  } finally {
    await new Promise<void>((resolve) => udp.close(resolve));
    await new Promise<void>((resolve) => tcp.close(() => resolve()));
  }
}

function settled(emitter: NodeJS.EventEmitter, action: () => void, event: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  emitter.once(event, resolve);
  emitter.once('error', reject);
  action();
  return promise;
}

function bindMessage(address: string, port: number, code: string | undefined): string {
  const where = `${address} port ${port}`;
  if (code === 'EADDRINUSE') return `${where} is in use by another process`;
  if (code === 'EACCES') return `no right to listen on ${where}: ports below 1024 need CAP_NET_BIND_SERVICE`;
  if (code === 'EADDRNOTAVAIL')
    return `${where} cannot be listened on: no interface of this machine has that address`;
  return `cannot listen on ${where}: ${code}`;
}

/** By endpoint; upstreams that share a budget share its memory. */
function budgetsOf(
  { budgets = [] }: ForwarderConfig,
  memories: Map<string, SharedArrayBuffer>,
): Map<string, SharedArrayBuffer> {
  const wanted = new Map<string, SharedArrayBuffer>();
  for (const { upstreams } of budgets) {
    const endpoints = upstreams.map(endpointOf);
    const known = endpoints.find((endpoint) => memories.has(endpoint));
    const memory = known === undefined ? createBudgetMemory() : memories.get(known)!;
    for (const endpoint of endpoints) {
      memories.set(endpoint, memory);
      wanted.set(endpoint, memory);
    }
  }
  return wanted;
}

/** Up where any worker finds it up; counts are added. */
function mergeUpstreams(lists: UpstreamStats[][]): UpstreamStats[] {
  const merged = new Map<string, UpstreamStats>();
  for (const entry of lists.flat()) {
    const known = merged.get(entry.endpoint);
    if (!known) {
      merged.set(entry.endpoint, { ...entry });
      continue;
    }
    if (entry.state === 'up' && known.state !== 'up')
      Object.assign(known, { state: 'up', reason: '', rttMs: entry.rttMs });
    known.sent += entry.sent;
    known.answered += entry.answered;
    known.timeouts += entry.timeouts;
    known.errors += entry.errors;
    known.heldBack += entry.heldBack;
  }
  return [...merged.values()];
}
