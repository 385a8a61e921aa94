/**
 * One worker's data plane: listeners in front, the cache, the resolver and the upstreams behind.
 * The path of a cached answer is `answerUdp` → `lookup.fresh`, and nothing on it allocates.
 */
import type { Cache } from '../cache/cache.ts';
import { createSlots, MAX_ATTEMPTS, MAX_SLOTS, type Sink } from '../inflight/slots.ts';
import { createTimers, TICK_MS } from '../inflight/timers.ts';
import { writeRcode } from '../packet/compose.ts';
import { createQuery, DROP, finishKey, readQuery, wantsAuthenticData } from '../packet/query.ts';
import { NOERROR, REFUSED } from '../packet/wire.ts';
import { NO_VIEW, viewOfPeer } from '../rules/clients.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { listenTcp, type TcpListener } from '../tcp/listener.ts';
import { MAX_DATAGRAM, type UdpListener, type UdpStack } from '../udp/udp.ts';
import { type Budget, openBudget } from '../upstreams/budget.ts';
import { createExchange } from '../upstreams/exchange.ts';
import { createProbes, PROBE_TICK_MS } from '../upstreams/probes.ts';
import { createSelection } from '../upstreams/selection.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import type { Claims } from './claims.ts';
import type { Clock } from './clock.ts';
import { type Counters, createCounters, refusalOf } from './counters.ts';
import { createLookup } from './lookup.ts';
import { createLoops } from './loops.ts';
import { type Active, createResolver, type ResolverParts } from './resolver.ts';
import { createRoster } from './roster.ts';
import { sourceFor } from './source.ts';
import { createTaking, NOT_A_CLIENT, type Taking } from './taking.ts';

export type EngineParts = {
  stack: UdpStack;
  cache: Cache;
  clock: Clock;
  claims: Claims | undefined;
  /** Shared memory of the budget of each upstream that has one, by endpoint. */
  budgets: Map<string, SharedArrayBuffer>;
  rules: RuleSet;
  handOver: ResolverParts['handOver'];
};

export type Engine = Taking & {
  listen(address: string, port: number): Promise<void>;
  /** Swaps the rules between two packets. */
  use(rules: RuleSet, budgets: Map<string, SharedArrayBuffer>): void;
  flush(): void;
  counters: Counters;
  upstreams(): Upstream[];
  stop(): Promise<void>;
};

const PROBE_REFS = MAX_SLOTS * MAX_ATTEMPTS;
/** Rounds of maintenance from one sweep of sockets to the next: a second. */
const SWEEP_ROUNDS = 10;
const MAX_TCP_MESSAGE = 0xffff;

export function createEngine(parts: EngineParts): Engine {
  const { stack, cache, clock, claims } = parts;
  const counters = createCounters();
  const query = createQuery();
  const slots = createSlots();
  const timers = createTimers(MAX_SLOTS);
  const listeners: UdpListener[] = [];
  const tcpListeners: TcpListener[] = [];
  const addresses: string[] = [];
  const roster = createRoster();
  const budgets = new Map<Upstream, Budget>();
  let active: Active;
  let timer: NodeJS.Timeout | undefined;
  let ticked = false;
  let stopped = false;
  let rounds = 0;

  const exchange = createExchange(
    stack,
    PROBE_REFS,
    65_536,
    (index) => {
      const { address, port } = roster.at(index).address;
      return { local: sourceFor(address, addresses), address, port };
    },
    {
      onResponse: (ref, upstream, bytes, offset, length, tcp) => {
        tickOnce();
        return ref >= PROBE_REFS
          ? probes.onResponse(upstream, bytes, offset, length, clock.now)
          : resolver.onResponse(ref, bytes, offset, length, tcp);
      },
      onUnreachable: (ref, upstream, code) => {
        clock.tick();
        if (ref >= PROBE_REFS) probes.onUnreachable(upstream, code, clock.now);
        else resolver.onUnreachable(ref, code);
      },
      onBatchEnd: flush,
    },
  );
  const probes = createProbes(
    () => roster.inUse,
    roster.at,
    exchange,
    PROBE_REFS,
    (upstream, now) => budgets.get(upstream)?.take(1, now) ?? true,
  );
  const lookup = createLookup(cache, clock);
  const loops = createLoops(slots, claims, roster.at);
  const resolver = createResolver({
    cache,
    lookup,
    slots,
    timers,
    clock,
    counters,
    exchange,
    loops,
    claims,
    budgetOf: (upstream) => budgets.get(upstream),
    active: () => active,
    handOver: parts.handOver,
  });
  use(parts.rules, parts.budgets);

  /** Reads and answers one query, or hands it to the resolver. False where it is not to be answered at all. */
  function answer(
    bytes: Uint8Array,
    offset: number,
    length: number,
    peers: Uint8Array,
    peerOffset: number,
    sink: Sink,
    token: number,
    limit: number,
  ): boolean {
    const status = readQuery(query, bytes, offset, length);
    if (status === DROP) {
      counters.dropped++;
      return false;
    }
    counters.queries++;
    const view = viewOfPeer(active.rules.clients, peers, peerOffset);
    if (status !== NOERROR || view === NO_VIEW) {
      const outsider = view === NO_VIEW;
      if (outsider) counters.refusedClients++;
      else counters[refusalOf(status, query.flags)]++;
      const at = sink.reserve();
      const size = outsider
        ? writeRcode(sink.out, at, query, REFUSED, NOT_A_CLIENT)
        : writeRcode(sink.out, at, query, status);
      sink.commit(size, peers, peerOffset, token);
      return true;
    }
    finishKey(query, view);
    const most = Math.min(limit, limit === MAX_TCP_MESSAGE ? limit : query.udpSize);
    const at = sink.reserve();
    const size = lookup.fresh(query, active.rules, sink.out, at, most, query, wantsAuthenticData(query));
    if (size > 0) {
      counters.cacheHits++;
      sink.commit(size, peers, peerOffset, token);
      return true;
    }
    counters.cacheMisses++;
    resolver.resolve(query, sink, token, peers, peerOffset, most, 0);
    return true;
  }

  /** The clock is read once per batch. */
  function tickOnce(): void {
    if (ticked) return;
    ticked = true;
    clock.tick();
  }

  /** The end of every batch: what it made is sent. */
  function flush(): void {
    ticked = false;
    resolver.drain();
    for (const listener of listeners) listener.flush();
    exchange.flush();
    armTimer();
  }

  /** One timer of Node's for all slots; none while nothing is in flight. */
  function armTimer(): void {
    if (timer !== undefined || counters.inFlight === 0) return;
    timer = setTimeout(() => setImmediate(onTick), TICK_MS);
  }

  /** Runs after the sockets were read: after a pause of this process what looks late may lie there answered. */
  function onTick(): void {
    timer = undefined;
    if (stopped) return;
    clock.tick();
    timers.advance(clock.now, resolver.onTimer);
    flush();
  }

  function use(rules: RuleSet, memories: Map<string, SharedArrayBuffer>): void {
    const used = roster.use(rules.upstreams, clock.now, exchange.forget);
    budgets.clear();
    for (const upstream of used) {
      const memory = memories.get(upstream.address.endpoint);
      const { budget } = upstream.address;
      if (memory && budget !== undefined) budgets.set(upstream, openBudget(memory, budget));
    }
    active = { rules, selection: createSelection(rules, used) };
    loops.use(used);
  }

  const maintenance = setInterval(() => {
    clock.tick();
    probes.tick(clock.now);
    if (++rounds % SWEEP_ROUNDS === 0) exchange.sweep(clock.now);
  }, PROBE_TICK_MS);

  return {
    async listen(address, port) {
      addresses.push(address);
      let sink: Sink;
      const listener = await stack.listen(address, port, {
        onDatagram: (bytes, offset, length, peers, peerOffset) => {
          tickOnce();
          if (length > MAX_DATAGRAM) counters.dropped++;
          else answer(bytes, offset, length, peers, peerOffset, sink, 0, MAX_DATAGRAM);
        },
        onBatchEnd: flush,
      });
      sink = listener;
      listeners.push(listener);
      tcpListeners.push(
        await listenTcp(
          address,
          port,
          (bytes, peer, tcpSink) => {
            clock.tick();
            if (!answer(bytes, 0, bytes.length, peer, 0, tcpSink, 0, MAX_TCP_MESSAGE)) return 'dropped';
            counters.queriesTcp++;
            return 'taken';
          },
          {
            mayConnect: (peer) => {
              if (viewOfPeer(active.rules.clients, peer, 0) !== NO_VIEW) return true;
              counters.refusedClients++;
              return false;
            },
            onBatchEnd: flush,
            onCrowded: () => counters.tcpRefused++,
          },
        ),
      );
    },

    ...createTaking(clock, () => active, lookup, resolver),
    use,
    flush,
    counters,
    upstreams: () => roster.inUse,

    async stop() {
      clearInterval(maintenance);
      stopped = true;
      clearTimeout(timer);
      for (const listener of listeners) listener.close();
      exchange.close();
      await Promise.all(tcpListeners.map((listener) => listener.close()));
    },
  };
}
