/** A forwarder as its owner sees it: started whole or not at all, reloaded, asked how it is, stopped. */
import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import net from 'node:net';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { parseEndpoint } from '@pointsman/core/address';
import type { ForwarderConfig } from '@pointsman/core/config';
import { createCacheMemory, openCache } from '../cache/cache.ts';
import { createClaimMemory } from '../engine/claims.ts';
import { monotonicMs } from '../engine/clock.ts';
import { COUNTERS, type Counters, createCounters } from '../engine/counters.ts';
import { compileRules, type RuleSet } from '../rules/rule-set.ts';
import type { UdpKind } from '../udp/udp.ts';
import { createBudgetMemory } from '../upstreams/budget.ts';
import type { Command, Report, UpstreamStats, WorkerSetup } from './messages.ts';

export type ForwarderStats = Counters & {
  cacheEntries: number;
  cacheBytes: number;
  upstreams: UpstreamStats[];
};

export type ForwarderOptions = {
  /** Worker threads; each has its own sockets, all share the cache. */
  workers: number;
  /** Undefined: the best that this machine has. */
  transport?: UdpKind;
  /** A worker died of an error: nothing is served by it any more. The owner should end the process. */
  onCrash?: (error: Error) => void;
};

export type Forwarder = {
  readonly transport: UdpKind;
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

/** @throws an Error with a `code` (EADDRINUSE, EACCES, EADDRNOTAVAIL, …) and a message that names the address */
export async function startForwarder(config: ForwarderConfig, options: ForwarderOptions): Promise<Forwarder> {
  const listen = config.listen.map((text) => parseEndpoint(text) as { address: string; port: number });
  for (const { address, port } of listen) await requireFree(address, port);

  let rules = compileRules(config, 1);
  const cache = createCacheMemory(config.cache.bytes);
  const budgetMemories = new Map<string, SharedArrayBuffer>();
  const budgets = () => budgetsOf(rules, budgetMemories);
  const setup: Omit<WorkerSetup, 'worker' | 'peers'> = {
    transport: options.transport,
    listen,
    rules,
    cache,
    claims: createClaimMemory(),
    budgets: budgets(),
    hashSeed: randomInt(2 ** 31),
    origin: monotonicMs(),
  };
  const workers = startWorkers(setup, options.workers);
  let stopping = false;
  for (const worker of workers) {
    const crashed = (error: Error) => {
      if (!stopping) options.onCrash?.(error);
    };
    worker.on('error', crashed);
    worker.on('exit', (code) => crashed(new Error(`a worker ended with code ${code}`)));
  }

  async function stop(): Promise<void> {
    stopping = true;
    // A worker that has crashed has no thread any more and will not say again that it ended.
    const running = workers.filter(({ threadId }) => threadId !== -1);
    const ended = running.map((worker) => new Promise((resolve) => worker.once('exit', resolve)));
    for (const worker of running) send(worker, { type: 'stop' });
    await Promise.all(ended);
  }

  let transport: UdpKind;
  try {
    const reports = await Promise.all(workers.map((worker) => nextReport(worker, 'ready')));
    transport = reports[0]!.transport;
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    transport,
    workers: options.workers,

    async reload(next) {
      const fixed = (from: ForwarderConfig) => JSON.stringify([from.listen, from.cache]);
      if (fixed(next) !== fixed(config)) {
        throw new ReloadError('`listen` and `cache` cannot change while the forwarder runs: restart it');
      }
      const compiled = compileRules(next, rules.epoch + 1);
      config = next;
      rules = compiled;
      const done = workers.map((worker) => nextReport(worker, 'reloaded'));
      for (const worker of workers) send(worker, { type: 'reload', rules, budgets: budgets() });
      await Promise.all(done);
    },

    async stats() {
      const request = randomInt(2 ** 47);
      const reports = workers.map((worker) => nextReport(worker, 'stats', request));
      for (const worker of workers) send(worker, { type: 'stats', request });
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

function startWorkers(setup: Omit<WorkerSetup, 'worker' | 'peers'>, count: number): Worker[] {
  const peers = Array.from({ length: count }, (): WorkerSetup['peers'] => []);
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const { port1, port2 } = new MessageChannel();
      peers[a]!.push([b, port1]);
      peers[b]!.push([a, port2]);
    }
  }
  return peers.map((ports, worker) => {
    const transferList = ports.map(([, port]): MessagePort => port);
    return new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: { ...setup, worker, peers: ports } satisfies WorkerSetup,
      transferList,
    });
  });
}

function send(worker: Worker, command: Command): void {
  worker.postMessage(command);
}

/** The worker's next report of this type. Rejects where it fails or dies first. */
function nextReport<T extends Report['type']>(
  worker: Worker,
  type: T,
  request?: number,
): Promise<Extract<Report, { type: T }>> {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<Report, { type: T }>>();
  const onMessage = (report: Report) => {
    if (report.type === 'failed')
      settle(() => reject(Object.assign(new Error(report.message), { code: report.code })));
    else if (
      report.type === type &&
      (request === undefined || (report as { request?: number }).request === request)
    ) {
      settle(() => resolve(report as Extract<Report, { type: T }>));
    }
  };
  const onError = (error: Error) => settle(() => reject(error));
  const onExit = () => settle(() => reject(new Error('the worker ended')));
  const settle = (end: () => void) => {
    worker.off('message', onMessage);
    worker.off('error', onError);
    worker.off('exit', onExit);
    end();
  };
  worker.on('message', onMessage);
  worker.on('error', onError);
  worker.on('exit', onExit);
  return promise;
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

function budgetsOf(rules: RuleSet, memories: Map<string, SharedArrayBuffer>): Map<string, SharedArrayBuffer> {
  const wanted = new Map<string, SharedArrayBuffer>();
  for (const { endpoint, budget } of rules.upstreams) {
    if (budget === undefined) continue;
    const memory = memories.get(endpoint) ?? createBudgetMemory();
    memories.set(endpoint, memory);
    wanted.set(endpoint, memory);
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
