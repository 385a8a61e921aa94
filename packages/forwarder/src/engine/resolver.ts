/**
 * Questions that the cache cannot answer. A slot's life: `admission` opens it, `sending` asks one upstream after the other, `judging` reads
 * what they say, `chain-ends` follows a CNAME to another rule, `endings` answers all who wait and closes it.
 * A name is asked of the upstreams of its rule only.
 */
import type { Cache } from '../cache/cache.ts';
import type { Sink, Slots } from '../inflight/slots.ts';
import type { Timers } from '../inflight/timers.ts';
import type { Query } from '../packet/query.ts';
import { createResponse } from '../packet/response.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import type { Budget } from '../upstreams/budget.ts';
import type { Exchange } from '../upstreams/exchange.ts';
import type { Selection } from '../upstreams/selection.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import { createAdmission, type Link, type Resolve } from './admission.ts';
import { createChainEnds } from './chain-ends.ts';
import { createChains } from './chains.ts';
import type { Claims } from './claims.ts';
import type { Clock } from './clock.ts';
import type { Counters } from './counters.ts';
import { createEndings } from './endings.ts';
import { createJudging, type OnResponse } from './judging.ts';
import type { Lookup } from './lookup.ts';
import type { Loops } from './loops.ts';
import { createSending, type Sending } from './sending.ts';

export type Active = { rules: RuleSet; selection: Selection };

export type ResolverParts = {
  cache: Cache;
  lookup: Lookup;
  slots: Slots;
  timers: Timers;
  clock: Clock;
  counters: Counters;
  exchange: Exchange;
  loops: Loops;
  claims: Claims | undefined;
  budgetOf(upstream: Upstream): Budget | undefined;
  active(): Active;
  /** Gives the query to the worker that has its question in flight. */
  handOver(
    worker: number,
    query: Query,
    rules: RuleSet,
    rule: number,
    sink: Sink,
    token: number,
    peers: Uint8Array,
    peerOffset: number,
    limit: number,
    hops: number,
    link: Link | undefined,
  ): void;
};

export type Resolver = Pick<Sending, 'onTimer' | 'onUnreachable'> & {
  resolve: Resolve;
  onResponse: OnResponse;
  /** Goes on with what waited for the end of a chain of CNAMEs. Call it when nothing is being delivered. */
  drain(): void;
};

export function createResolver(parts: ResolverParts): Resolver {
  const response = createResponse();
  const endings = createEndings(parts);
  const sending = createSending(parts, endings);
  const resolve = createAdmission(parts, sending.askNext);
  const chains = createChains(parts.slots, parts.lookup, resolve);
  const chainEnds = createChainEnds(parts, endings, chains, response);
  return {
    resolve,
    onResponse: createJudging(parts, sending, endings, chainEnds, response),
    onUnreachable: sending.onUnreachable,
    onTimer: sending.onTimer,
    drain: () => chains.drain(chainEnds.onAnswer),
  };
}
