/** How a slot ends: with an answer, a stale one or a failure, for all who wait. */
import type { Slot } from '../inflight/slots.ts';
import { STALE_FOR } from '../packet/extended-error.ts';
import { NO_KEY } from '../upstreams/exchange.ts';
import { hasAnswer } from './attempts.ts';
import { createDelivery, type Delivery } from './delivery.ts';
import { describeDead, describeFailure } from './failure.ts';
import type { ResolverParts } from './resolver.ts';

/** Seconds that a failure is kept (RFC 9520): shorter where nobody answered, for then it may end at any moment. */
export const FAILURE_LIFETIME = 5;
export const SILENCE_LIFETIME = 2;

export type Endings = Delivery & {
  /** A stale answer, or SERVFAIL that says who was asked and what each did. */
  fail(slot: Slot): void;
  /** Whoever has been asked need not answer any more. */
  cancelAttempts(slot: Slot): void;
};

export function createEndings(parts: ResolverParts): Endings {
  const { slots, timers, clock, counters, exchange, claims } = parts;
  const delivery = createDelivery(parts.cache, parts.lookup, clock, counters, close);

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
    if (slot.heldBy) slot.heldBy.held--;
    if (slot.claim >= 0) claims!.release(slot.claim);
    counters.inFlight--;
    slots.close(slot);
  }

  return {
    ...delivery,
    cancelAttempts,
    fail(slot) {
      const answered = hasAnswer(slot);
      const { failure, budget, silence } = STALE_FOR;
      if (delivery.stale(slot, answered ? failure : slot.heldBy ? budget : silence)) return;
      const { attemptCount, selection, rules, rule } = slot;
      const dead = attemptCount === 0 && selection.isDead(rule);
      const why = dead ? describeDead(rules, selection, rule) : describeFailure(slot, clock.now);
      // Where nobody was asked there is nothing to spare anybody: a restored upstream counts at once.
      delivery.failure(slot, why, dead ? 0 : answered ? FAILURE_LIFETIME : SILENCE_LIFETIME);
    },
  };
}
