/**
 * Questions that the cache cannot answer: each goes to an upstream of its rule, then to another, until there is an answer or the deadline.
 *
 * A slot's life: `resolve` opens it, `askNext` sends, `onResponse` or a timer brings it back to `askNext`, `finish` or `fail` answers
 * all waiters and closes it. A name is asked of the upstreams of its rule only.
 */
import { type Message, type Name, nameToWire } from '@pointsman/core/dns';
import type { Cache } from '../cache/cache.ts';
import {
  type Attempt,
  MAX_ATTEMPTS,
  type Outcome,
  type Sink,
  type Slot,
  type Slots,
} from '../inflight/slots.ts';
import type { Timers } from '../inflight/timers.ts';
import { EDE, extendedError, reasonOf } from '../packet/extended-error.ts';
import type { Query } from '../packet/query.ts';
import { createResponse, readResponse } from '../packet/response.ts';
import { FORMERR, NOERROR, NOTIMP, NXDOMAIN } from '../packet/wire.ts';
import { matchRule, type RuleSet } from '../rules/rule-set.ts';
import { type Budget, TCP_PACKETS } from '../upstreams/budget.ts';
import { type Exchange, NO_KEY } from '../upstreams/exchange.ts';
import { NONE, type Selection } from '../upstreams/selection.ts';
import {
  noteAnswered,
  noteSent,
  noteTimeout,
  noteUnreachable,
  timeoutOf,
  type Upstream,
} from '../upstreams/upstream.ts';
import { createAdmission, type Resolve } from './admission.ts';
import {
  badAnswers,
  countTcp,
  endOfLoops,
  hasAnswer,
  hasTimeout,
  isWaiting,
  mayStillCome,
} from './attempts.ts';
import type { Chains } from './chains.ts';
import type { Claims } from './claims.ts';
import type { Clock } from './clock.ts';
import type { Counters } from './counters.ts';
import { createDelivery } from './delivery.ts';
import { describeDead, describeFailure } from './failure.ts';
import type { Lookup } from './lookup.ts';
import type { Loops } from './loops.ts';
import { chainIdentity, decodePartial, encodePartial, type Partial } from './rebuild.ts';
import { writeUpstreamQuery } from './upstream-query.ts';

/** Seconds that a failure is kept (RFC 9520): shorter where nobody answered, for then it may end at any moment. */
const FAILURE_LIFETIME = 5;
const SILENCE_LIFETIME = 2;
/** A TCP exchange takes a handshake and more bytes: this many UDP time-outs. */
const TCP_FACTOR = 3;
/** What ends a TCP connection that the other side has closed. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE']);
const BY_CNAME = ' (by CNAME): ';

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
    sink: Sink,
    token: number,
    peers: Uint8Array,
    peerOffset: number,
    limit: number,
  ): void;
};

export type Resolver = {
  resolve: Resolve;
  onResponse(ref: number, bytes: Uint8Array, offset: number, length: number, tcp: boolean): boolean;
  onUnreachable(ref: number, code: string): void;
  onTimer(index: number): void;
  /** The rest of an answer whose chain went on under another rule. */
  onChainAnswer(slot: Slot, next: Message | undefined): void;
  useChains(chains: Chains): void;
};

export function createResolver(parts: ResolverParts): Resolver {
  const { slots, timers, clock, counters, exchange, claims } = parts;
  const response = createResponse();
  const delivery = createDelivery(parts.cache, parts.lookup, clock, counters, close);
  let chains: Chains;
  /** The slot whose response is being read: `covers` asks about its rule. */
  let reading: Slot;

  const covers = (name: Uint8Array) => matchRule(reading.rules, reading.view, name, 0) === reading.rule;
  const coversName = (name: Name) => covers(nameToWire(name));

  const resolve = createAdmission(parts, askNext);

  /** `heldBack`: a budget that an upstream was to be asked under, and that was used up. */
  function askNext(slot: Slot, heldBack?: Budget): void {
    const { now } = clock;
    const { selection, rule } = slot;
    if (slot.owed >= 0 && heldBack === undefined && now < slot.deadline) {
      heldBack = payOwed(slot);
      if (isWaiting(slot)) return;
    }
    while (now < slot.deadline && slot.attemptCount < MAX_ATTEMPTS) {
      let choice = selection.choose(rule, slot.tried, now);
      if (choice === NONE && !heldBack && hasTimeout(slot)) {
        // Whoever only kept silent may be asked again; whoever refused is not.
        slot.tried = badAnswers(slot);
        choice = selection.choose(rule, slot.tried, now);
      }
      if (choice === NONE) break;
      slot.tried |= 1 << choice;
      const upstream = selection.upstreamOf(slot.rules.upstreamStart[rule]! + choice);
      const budget = parts.budgetOf(upstream);
      if (budget && !budget.take(1, now)) {
        heldBack = budget;
        noteHeldBack(upstream);
        continue;
      }
      if (send(slot, choice, upstream, false)) return;
    }
    if (now >= slot.deadline) return fail(slot);
    if (heldBack) {
      if (delivery.stale(slot)) return;
      slot.tried = badAnswers(slot);
      return timers.set(slot.index, Math.min(heldBack.nextRound(now), slot.deadline), now);
    }
    const loopedUntil = endOfLoops(slot);
    if (loopedUntil > now) return timers.set(slot.index, Math.min(loopedUntil, slot.deadline), now);
    if (!mayStillCome(slot) || selection.isDead(rule, now)) return fail(slot);
    timers.set(slot.index, slot.deadline, now);
  }

  function noteHeldBack(upstream: Upstream): void {
    upstream.counters.heldBack++;
    counters.heldBack++;
  }

  /** False where nothing could be sent; then the attempt says why. */
  function send(slot: Slot, choice: number, upstream: Upstream, tcp: boolean): boolean {
    const { now } = clock;
    const failures = slot.selection.failuresOf(slot.rules.upstreamStart[slot.rule]! + choice);
    const number = slot.attemptCount++;
    const attempt = slot.attempts[number]!;
    attempt.choice = choice;
    attempt.upstream = upstream.index;
    attempt.tcp = tcp;
    attempt.edns = upstream.edns;
    attempt.outcome = 'pending';
    attempt.detail = '';
    attempt.sentAt = now;
    attempt.dueAt = now + timeoutOf(upstream, failures) * (tcp ? TCP_FACTOR : 1);
    attempt.key = NO_KEY;
    const length = writeUpstreamQuery(slot.query, slot, upstream.edns);
    try {
      attempt.key = exchange.send(
        slot.index * MAX_ATTEMPTS + number,
        upstream.index,
        slot.query,
        length,
        tcp,
        now,
      );
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === undefined) throw error;
      // Out of descriptors is our trouble, no route is the upstream's.
      if (code !== 'EMFILE' && code !== 'ENFILE') noteUnreachable(upstream, now, code);
      attempt.detail = ` (${code})`;
    }
    if (attempt.key === NO_KEY) {
      endAttempt(attempt, 'unreachable', attempt.detail);
      return false;
    }
    noteSent(upstream, now);
    counters.upstreamQueries++;
    timers.set(slot.index, Math.min(attempt.dueAt, slot.deadline), now);
    return true;
  }

  function endAttempt(attempt: Attempt, outcome: Outcome, detail: string): void {
    if (attempt.key !== NO_KEY) exchange.cancel(attempt.key);
    attempt.key = NO_KEY;
    // A server whose own query we have refused as a loop fails for that reason, whatever it says.
    if (attempt.outcome !== 'loop') attempt.outcome = outcome;
    attempt.detail = detail;
    attempt.endedAt = clock.now;
  }

  const onTimer = (index: number): void => {
    const slot = slots.at(index);
    const { now } = clock;
    if (!slot.inUse) return;
    if (now >= slot.deadline) return fail(slot);
    if (slot.partial !== undefined) return timers.set(index, slot.deadline, now);
    let waiting = false;
    for (let number = 0; number < slot.attemptCount; number++) {
      const attempt = slot.attempts[number]!;
      if (attempt.outcome !== 'pending') continue;
      if (attempt.dueAt > now) {
        waiting = true;
        timers.set(index, Math.min(attempt.dueAt, slot.deadline), now);
        continue;
      }
      // The key stays: an answer that comes late is still an answer.
      attempt.outcome = 'timeout';
      attempt.endedAt = now;
      const pair = slot.rules.upstreamStart[slot.rule]! + attempt.choice;
      counters.upstreamTimeouts++;
      noteTimeout(slot.selection.upstreamOf(pair), now);
      slot.selection.noteTimeout(pair, attempt.sentAt, now);
    }
    if (!waiting) askNext(slot);
  };

  const onUnreachable = (ref: number, code: string): void => {
    const slot = slots.at(Math.floor(ref / MAX_ATTEMPTS));
    const attempt = slot.attempts[ref % MAX_ATTEMPTS]!;
    const upstream = slot.selection.upstreamOf(slot.rules.upstreamStart[slot.rule]! + attempt.choice);
    if (!attempt.tcp) noteUnreachable(upstream, clock.now, code);
    attempt.key = NO_KEY;
    // A server may close a connection at any time, also just before our query came: it is asked once more (RFC 7766 §6.2.4).
    const again = attempt.tcp && CLOSED.has(code) && countTcp(slot, attempt.choice) < 2;
    endAttempt(attempt, 'unreachable', ` (${code})`);
    if (again) return askAgain(slot, attempt.choice, true);
    if (!isWaiting(slot)) askNext(slot);
  };

  /** Asks the same upstream once more, otherwise; where its budget is spent another upstream first, then this one as soon as may be. */
  function askAgain(slot: Slot, choice: number, tcp: boolean): void {
    slot.owed = choice;
    slot.owedTcp = tcp;
    const budget = payOwed(slot);
    if (slot.owed >= 0 || !isWaiting(slot)) askNext(slot, budget);
  }

  /** Sends what is owed; the budget that forbids it, where one does. */
  function payOwed(slot: Slot): Budget | undefined {
    const { owed, owedTcp } = slot;
    const upstream = slot.selection.upstreamOf(slot.rules.upstreamStart[slot.rule]! + owed);
    const budget = parts.budgetOf(upstream);
    if (budget && !budget.take(owedTcp ? TCP_PACKETS : 1, clock.now)) {
      noteHeldBack(upstream);
      return budget;
    }
    slot.owed = -1;
    if (slot.attemptCount < MAX_ATTEMPTS) send(slot, owed, upstream, owedTcp);
    return undefined;
  }

  const onResponse: Resolver['onResponse'] = (ref, bytes, offset, length, tcp) => {
    const slot = slots.at(Math.floor(ref / MAX_ATTEMPTS));
    const attempt = slot.attempts[ref % MAX_ATTEMPTS]!;
    reading = slot;
    if (!readResponse(response, bytes, offset, length, slot.key, slot.nameLength, slot.type, covers)) {
      counters.mismatched++;
      return false;
    }
    const pair = slot.rules.upstreamStart[slot.rule]! + attempt.choice;
    const upstream = slot.selection.upstreamOf(pair);
    noteAnswered(upstream, clock.now, tcp ? undefined : clock.now - attempt.sentAt);
    slot.selection.noteAnswered(pair);
    attempt.key = NO_KEY;
    judge(slot, attempt, upstream, bytes, offset, length, tcp);
    return true;
  };

  function judge(
    slot: Slot,
    attempt: Attempt,
    upstream: Upstream,
    bytes: Uint8Array,
    offset: number,
    length: number,
    tcp: boolean,
  ): void {
    const { rcode } = response;
    if (response.truncated && !tcp) {
      endAttempt(attempt, 'truncated', '');
      return askAgain(slot, attempt.choice, true);
    }
    if ((rcode === FORMERR || rcode === NOTIMP) && attempt.edns && !response.edns) {
      upstream.edns = false;
      endAttempt(attempt, rcode, '');
      return askAgain(slot, attempt.choice, false);
    }
    const useful = (rcode === NOERROR || rcode === NXDOMAIN) && !response.truncated && !response.referral;
    if (!useful) {
      endAttempt(attempt, response.truncated ? 'truncated' : response.referral ? 'referral' : rcode, '');
      if (!isWaiting(slot)) askNext(slot);
      return;
    }
    cancelAttempts(slot);
    if (!response.rebuild) return delivery.plain(slot, response, bytes);
    const question = { name: slot.key, type: slot.type };
    const partial = decodePartial(bytes.subarray(offset, offset + length), question, coversName);
    if (!partial || partial.loop) {
      return delivery.failure(
        slot,
        extendedError(
          EDE.other,
          partial ? 'loop: a chain of CNAMEs comes back to itself' : 'the answer cannot be read',
        ),
        FAILURE_LIFETIME,
      );
    }
    if (partial.open === undefined) return finishPartial(slot, partial, undefined);
    slot.partial = partial;
    const trouble = chains.follow(slot, partial.open);
    if (trouble !== undefined)
      return delivery.failure(slot, extendedError(EDE.other, trouble), FAILURE_LIFETIME);
    if (slot.inUse && slot.partial === partial) timers.set(slot.index, slot.deadline, clock.now);
  }

  function finishPartial(slot: Slot, partial: Partial, next: Message | undefined): void {
    const made = encodePartial({ name: slot.key, type: slot.type }, partial, next);
    const identity = chainIdentity(slot.rules, slot.view, slot.key, made.answers);
    delivery.encoded(
      slot,
      response,
      made,
      identity,
      next !== undefined && reasonOf(next)?.code === EDE.staleAnswer,
    );
  }

  const onChainAnswer: Resolver['onChainAnswer'] = (slot, next) => {
    const partial = slot.partial as Partial;
    slot.partial = undefined;
    slot.waitsOn = -1;
    if (next && (next.rcode === NOERROR || next.rcode === NXDOMAIN))
      return finishPartial(slot, partial, next);
    const text = (next && reasonOf(next)?.text) || 'no answer';
    // Of a long chain the end is told: the name that failed, and why.
    const told = text.includes(BY_CNAME) ? text : `${partial.open}${BY_CNAME}${text}`;
    if (!delivery.stale(slot)) delivery.failure(slot, extendedError(EDE.other, told), SILENCE_LIFETIME);
  };

  function fail(slot: Slot): void {
    if (delivery.stale(slot)) return;
    const { attemptCount, selection, rules, rule } = slot;
    const dead = attemptCount === 0 && selection.isDead(rule, clock.now);
    const why = dead ? describeDead(rules, selection, rule) : describeFailure(slot, clock.now);
    const answered = hasAnswer(slot);
    // Where nobody was asked there is nothing to spare anybody: a restored upstream counts at once.
    delivery.failure(slot, why, dead ? 0 : answered ? FAILURE_LIFETIME : SILENCE_LIFETIME);
  }

  function cancelAttempts(slot: Slot): void {
    for (let number = 0; number < slot.attemptCount; number++) {
      const attempt = slot.attempts[number]!;
      if (attempt.key === NO_KEY) continue;
      exchange.cancel(attempt.key);
      attempt.key = NO_KEY;
    }
  }

  function close(slot: Slot): void {
    cancelAttempts(slot);
    timers.clear(slot.index);
    for (let waiter = slot.waiters; waiter; ) {
      const { next } = waiter;
      slots.freeWaiter(waiter);
      waiter = next;
    }
    slot.waiters = undefined;
    if (slot.claim >= 0) claims!.release(slot.claim);
    counters.inFlight--;
    slots.close(slot);
  }

  return {
    resolve,
    onResponse,
    onUnreachable,
    onTimer,
    onChainAnswer,
    useChains(made) {
      chains = made;
    },
  };
}
