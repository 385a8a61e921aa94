/** What a slot's attempts have come to so far. */
import type { Slot } from '../inflight/slots.ts';
import { FORMERR, NOTIMP } from '../packet/wire.ts';
import { NO_KEY } from '../upstreams/exchange.ts';

/** Bits of the upstreams that gave an answer of no use: asking them again would bring the same. */
export function badAnswers(slot: Slot): number {
  let bits = 0;
  for (let index = 0; index < slot.attemptCount; index++) {
    const { outcome, choice } = slot.attempts[index]!;
    if (outcome !== 'timeout' && outcome !== 'pending') bits |= 1 << choice;
  }
  return bits;
}

/** How many attempts were not answered in time: by this upstream of the rule, or by any. */
export function countTimeouts(slot: Slot, choice?: number): number {
  let count = 0;
  for (let index = 0; index < slot.attemptCount; index++) {
    const attempt = slot.attempts[index]!;
    if (attempt.outcome === 'timeout' && (choice === undefined || attempt.choice === choice)) count++;
  }
  return count;
}

export function countTcp(slot: Slot, choice: number): number {
  let count = 0;
  for (let index = 0; index < slot.attemptCount; index++) {
    const attempt = slot.attempts[index]!;
    if (attempt.tcp && attempt.choice === choice) count++;
  }
  return count;
}

/** True where the upstream has refused the question with EDNS. */
export function hasRefusedEdns(slot: Slot, choice: number): boolean {
  for (let index = 0; index < slot.attemptCount; index++) {
    const attempt = slot.attempts[index]!;
    if (
      attempt.choice === choice &&
      attempt.edns &&
      (attempt.outcome === FORMERR || attempt.outcome === NOTIMP)
    )
      return true;
  }
  return false;
}

export function isWaiting(slot: Slot): boolean {
  for (let index = 0; index < slot.attemptCount; index++) {
    if (slot.attempts[index]!.outcome === 'pending') return true;
  }
  return false;
}

/** True where an answer may still come, be it late. */
export function mayStillCome(slot: Slot): boolean {
  for (let index = 0; index < slot.attemptCount; index++) {
    const { key, outcome } = slot.attempts[index]!;
    if (key !== NO_KEY && outcome !== 'loop') return true;
  }
  return false;
}

/** How long to wait for upstreams that seem to have asked us back: no longer than for any other answer. 0 where there are none. */
export function endOfLoops(slot: Slot): number {
  let end = 0;
  for (let index = 0; index < slot.attemptCount; index++) {
    const { key, outcome, dueAt } = slot.attempts[index]!;
    if (key !== NO_KEY && outcome === 'loop') end = Math.max(end, dueAt);
  }
  return end;
}

/** True where an upstream has answered, be it to no use. */
export function hasAnswer(slot: Slot): boolean {
  for (let index = 0; index < slot.attemptCount; index++) {
    const { outcome } = slot.attempts[index]!;
    if (typeof outcome === 'number' || outcome === 'referral') return true;
  }
  return false;
}
