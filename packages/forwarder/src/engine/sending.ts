/** Who is asked next, and when: a slot's question goes to an upstream of its rule, then to another, until there is an answer or the deadline. */
import { type Attempt, MAX_ATTEMPTS, type Outcome, type Slot } from '../inflight/slots.ts';
import { STALE_FOR } from '../packet/extended-error.ts';
import { TCP_PACKETS } from '../upstreams/budget.ts';
import { NO_KEY } from '../upstreams/exchange.ts';
import { NONE } from '../upstreams/selection.ts';
import {
  noteSent,
  noteTimeout,
  noteUnreachable,
  takesEdns,
  timeoutOf,
  type Upstream,
} from '../upstreams/upstream.ts';
import {
  badAnswers,
  countTcp,
  countTimeouts,
  endOfLoops,
  hasRefusedEdns,
  isWaiting,
  mayStillCome,
} from './attempts.ts';
import type { Endings } from './endings.ts';
import { describeFullBudget } from './failure.ts';
import type { ResolverParts } from './resolver.ts';
import { writeUpstreamQuery } from './upstream-query.ts';

export type Sending = {
  /** Sends the slot's question to the next upstream; ends the slot where none is left, and nothing can come any more. */
  askNext(slot: Slot): void;
  /** Asks the same upstream once more, otherwise; where its budget is spent another upstream first, then this one as soon as may be. */
  askAgain(slot: Slot, choice: number, tcp: boolean): void;
  /** The attempt has come to this. */
  end(attempt: Attempt, outcome: Outcome, detail: string): void;
  onTimer(index: number): void;
  onUnreachable(ref: number, code: string): void;
};

/** A TCP exchange takes a handshake and more bytes: this many UDP time-outs. */
const TCP_FACTOR = 3;
/** Where no other upstream is left to ask, the same is asked again after this time, then twice as long, to the maximum. */
const RETRY_MS = 400;
const MAX_RETRY_MS = 1600;
/** What ends a TCP connection that the other side has closed. */
const CLOSED = new Set(['ECONNRESET', 'EPIPE']);

export function createSending(parts: ResolverParts, endings: Endings): Sending {
  const { slots, timers, clock, counters, exchange } = parts;

  /** `heldBack`: an upstream that was to be asked, and whose budget is used up. */
  function askNext(slot: Slot, heldBack?: Upstream): void {
    const { now } = clock;
    const { selection, rule } = slot;
    release(slot);
    if (slot.owed >= 0 && heldBack === undefined && now < slot.deadline) {
      heldBack = payOwed(slot);
      if (isWaiting(slot)) return;
    }
    while (now < slot.deadline && slot.attemptCount < MAX_ATTEMPTS) {
      let choice = selection.choose(rule, slot.tried, now);
      if (choice === NONE && !heldBack && countTimeouts(slot) > 0) {
        // Whoever only kept silent may be asked again; whoever refused is not.
        slot.tried = badAnswers(slot);
        slot.passes++;
        choice = selection.choose(rule, slot.tried, now);
      }
      if (choice === NONE) break;
      slot.tried |= 1 << choice;
      const upstream = selection.upstreamOf(slot.rules.upstreamStart[rule]! + choice);
      const budget = parts.budgetOf(upstream);
      if (budget && !budget.take(1, now)) {
        heldBack = upstream;
        noteHeldBack(upstream);
        continue;
      }
      if (send(slot, choice, upstream, false)) return;
    }
    if (now >= slot.deadline) return endings.fail(slot);
    if (heldBack) return hold(slot, heldBack);
    const loopedUntil = endOfLoops(slot);
    if (loopedUntil > now) return timers.set(slot.index, Math.min(loopedUntil, slot.deadline), now);
    if (!mayStillCome(slot)) return endings.fail(slot);
    // What may still come is waited for; meanwhile somebody may be up again.
    timers.set(slot.index, Math.min(now + RETRY_MS, slot.deadline), now);
  }

  /** Waits for the budget; where as many wait already as it can serve in time, room is better kept for others. */
  function hold(slot: Slot, upstream: Upstream): void {
    const { now } = clock;
    if (endings.stale(slot, STALE_FOR.budget)) return;
    const budget = parts.budgetOf(upstream)!;
    if (upstream.held >= budget.within(slot.deadline - now) && !mayStillCome(slot)) {
      counters.overloaded++;
      return endings.failure(slot, describeFullBudget(upstream), 0);
    }
    upstream.held++;
    slot.heldBy = upstream;
    slot.tried = badAnswers(slot);
    timers.set(slot.index, Math.min(budget.nextRound(now), slot.deadline), now);
  }

  function release(slot: Slot): void {
    if (slot.heldBy) slot.heldBy.held--;
    slot.heldBy = undefined;
  }

  function noteHeldBack(upstream: Upstream): void {
    upstream.counters.heldBack++;
    counters.heldBack++;
  }

  /** False where nothing could be sent; then the attempt says why. */
  function send(slot: Slot, choice: number, upstream: Upstream, tcp: boolean): boolean {
    const { now } = clock;
    const edns = takesEdns(upstream, now) && !hasRefusedEdns(slot, choice);
    const number = slot.attemptCount++;
    const attempt = slot.attempts[number]!;
    attempt.choice = choice;
    attempt.upstream = upstream.index;
    attempt.tcp = tcp;
    attempt.edns = edns;
    attempt.outcome = 'pending';
    attempt.detail = '';
    attempt.said = '';
    attempt.sentAt = now;
    attempt.dueAt = now + patienceOf(slot, choice, upstream) * (tcp ? TCP_FACTOR : 1);
    attempt.key = NO_KEY;
    const length = writeUpstreamQuery(slot.query, slot, edns);
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
      end(attempt, 'unreachable', attempt.detail);
      return false;
    }
    noteSent(upstream, now);
    counters.upstreamQueries++;
    timers.set(slot.index, Math.min(attempt.dueAt, slot.deadline), now);
    return true;
  }

  /** Another upstream is asked after the measured time; where none is left, waiting is all that helps, and loss is rare. */
  function patienceOf(
    { rules, rule, selection, tried, passes }: Slot,
    choice: number,
    upstream: Upstream,
  ): number {
    const measured = timeoutOf(upstream, selection.failuresOf(rules.upstreamStart[rule]! + choice));
    if (selection.hasOther(rule, tried | (1 << choice))) return measured;
    return Math.max(measured, Math.min(RETRY_MS * 2 ** passes, MAX_RETRY_MS));
  }

  function end(attempt: Attempt, outcome: Outcome, detail: string): void {
    if (attempt.key !== NO_KEY) exchange.cancel(attempt.key);
    attempt.key = NO_KEY;
    // A server whose own query we have refused as a loop fails for that reason, whatever it says.
    if (attempt.outcome !== 'loop') attempt.outcome = outcome;
    attempt.detail = detail;
    attempt.endedAt = clock.now;
  }

  function onTimer(index: number): void {
    const slot = slots.at(index);
    const { now } = clock;
    if (!slot.inUse) return;
    if (now >= slot.deadline) return endings.fail(slot);
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
      // One name that is never answered is one failure, however often it is asked.
      if (countTimeouts(slot, attempt.choice) === 1) slot.selection.noteTimeout(pair, attempt.sentAt, now);
    }
    if (!waiting) askNext(slot);
  }

  function onUnreachable(ref: number, code: string): void {
    const slot = slots.at(Math.floor(ref / MAX_ATTEMPTS));
    const attempt = slot.attempts[ref % MAX_ATTEMPTS]!;
    const upstream = slot.selection.upstreamOf(slot.rules.upstreamStart[slot.rule]! + attempt.choice);
    if (!attempt.tcp) noteUnreachable(upstream, clock.now, code);
    attempt.key = NO_KEY;
    // A server may close a connection at any time, also just before our query came: it is asked once more (RFC 7766 §6.2.4).
    const again = attempt.tcp && CLOSED.has(code) && countTcp(slot, attempt.choice) < 2;
    end(attempt, 'unreachable', ` (${code})`);
    if (again) return askAgain(slot, attempt.choice, true);
    if (!isWaiting(slot)) askNext(slot);
  }

  function askAgain(slot: Slot, choice: number, tcp: boolean): void {
    slot.owed = choice;
    slot.owedTcp = tcp;
    const heldBack = payOwed(slot);
    if (slot.owed >= 0 || !isWaiting(slot)) askNext(slot, heldBack);
  }

  /** Sends what is owed; the upstream whose budget forbids it, where one does. */
  function payOwed(slot: Slot): Upstream | undefined {
    const { owed, owedTcp } = slot;
    const upstream = slot.selection.upstreamOf(slot.rules.upstreamStart[slot.rule]! + owed);
    const budget = parts.budgetOf(upstream);
    if (budget && !budget.take(owedTcp ? TCP_PACKETS : 1, clock.now)) {
      noteHeldBack(upstream);
      return upstream;
    }
    slot.owed = -1;
    if (slot.attemptCount < MAX_ATTEMPTS) send(slot, owed, upstream, owedTcp);
    return undefined;
  }

  return { askNext: (slot) => askNext(slot), askAgain, end, onTimer, onUnreachable };
}
