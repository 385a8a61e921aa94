/** What a slot's attempts have come to so far. */
import type { Attempt, Slot } from '../inflight/slots.ts';
import { NO_KEY } from '../upstreams/exchange.ts';

function triedOf(slot: Slot): Attempt[] {
  return slot.attempts.slice(0, slot.attemptCount);
}

/** Bits of the upstreams that gave an answer of no use: asking them again would bring the same. */
export function badAnswers(slot: Slot): number {
  let bits = 0;
  for (let index = 0; index < slot.attemptCount; index++) {
    const { outcome, choice } = slot.attempts[index]!;
    if (outcome !== 'timeout' && outcome !== 'pending' && outcome !== 'held back') bits |= 1 << choice;
  }
  return bits;
}

export function hasTimeout(slot: Slot): boolean {
  return triedOf(slot).some(({ outcome }) => outcome === 'timeout');
}

export function countTcp(slot: Slot, choice: number): number {
  const tried = triedOf(slot);
  return tried.filter((attempt) => attempt.tcp && attempt.choice === choice).length;
}

export function isWaiting(slot: Slot): boolean {
  return triedOf(slot).some(({ outcome }) => outcome === 'pending');
}

/** True where an answer may still come, be it late. */
export function mayStillCome(slot: Slot): boolean {
  return triedOf(slot).some(({ key, outcome }) => key !== NO_KEY && outcome !== 'loop');
}

/** How long to wait for upstreams that seem to have asked us back: no longer than for any other answer. 0 where there are none. */
export function endOfLoops(slot: Slot): number {
  return triedOf(slot).reduce(
    (end, { key, outcome, dueAt }) => (key !== NO_KEY && outcome === 'loop' ? Math.max(end, dueAt) : end),
    0,
  );
}

export function hasAnswer(slot: Slot): boolean {
  return triedOf(slot).some(({ outcome }) => typeof outcome === 'number');
}
