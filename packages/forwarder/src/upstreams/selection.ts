/**
 * Which upstream of a rule is asked next. An upstream that lives may still be dead for one zone (it forwards that zone to a dead link):
 * so each pair of rule and upstream has its own failures and its own pause, and one dead zone slows no other. A pause only puts the pair
 * behind the others of its rule: a zone like "." has names that nobody answers, and is not dead for that.
 */
import { POLICIES, type RuleSet } from '../rules/rule-set.ts';
import { expectedTime, takeTrial, type Upstream } from './upstream.ts';

export type Selection = {
  /**
   * Index in the rule's list (from rules.upstreamStart) of the upstream to ask; `tried` has the bits of those asked already.
   * NONE where no upstream is left to ask.
   */
  choose(rule: number, tried: number, now: number): number;
  /** True where the rule has an upstream that is not down and not among those tried. */
  hasOther(rule: number, tried: number): boolean;
  upstreamOf(pair: number): Upstream;
  /** All upstreams of the rule are down. */
  isDead(rule: number): boolean;
  noteAnswered(pair: number): void;
  /** A query sent at `sentAt` was not answered in time. Those sent before the latest failure was known are one failure with it. */
  noteTimeout(pair: number, sentAt: number, now: number): void;
  /** Queries in a row that the pair did not answer in time. */
  failuresOf(pair: number): number;
};

export const NONE = -1;

const PAIR_FAILURES = 4;
const PAUSE_MIN = 250;
const PAUSE_MAX = 1500;

/** `upstreams[id]` as in `rules.upstreams`. */
export function createSelection(rules: RuleSet, upstreams: Upstream[]): Selection {
  const pairs = rules.upstreamIds.length;
  const failures = new Uint8Array(pairs);
  const pausedUntil = new Float64Array(pairs);
  const failedAt = new Float64Array(pairs);
  /** By rule, for `spread`: a turn for all would give two rules that are asked by turns one upstream each. */
  const turns = new Uint32Array(rules.policies.length);

  function upstreamOf(pair: number): Upstream {
    return upstreams[rules.upstreamIds[pair]!]!;
  }

  function isUp(pair: number): boolean {
    return upstreamOf(pair).state !== 'down';
  }

  function isReady(pair: number, now: number): boolean {
    return isUp(pair) && (failures[pair]! < PAIR_FAILURES || now >= pausedUntil[pair]!);
  }

  function choose(rule: number, tried: number, now: number): number {
    const start = rules.upstreamStart[rule]!;
    const best = pick(rule, tried, now, isReady);
    if (best !== NONE) return trial(start, best, now);
    const paused = pick(rule, tried, now, isUp);
    if (paused !== NONE) return paused;
    // All are down, or so it seems: probes may be lost where queries are not, and a zone may live where those that are probed do not.
    const last = tried === 0 ? pick(rule, tried, now, restedDown) : NONE;
    return last !== NONE && takeTrial(upstreamOf(start + last), now) ? trial(start, last, now) : NONE;
  }

  function pick(
    rule: number,
    tried: number,
    now: number,
    may: (pair: number, now: number) => boolean,
  ): number {
    const start = rules.upstreamStart[rule]!;
    const count = rules.upstreamStart[rule + 1]! - start;
    const policy = POLICIES[rules.policies[rule]!];
    const first = policy === 'spread' && tried === 0 ? turns[rule]!++ % count : 0;
    let best = NONE;
    let bestTime = Number.POSITIVE_INFINITY;
    for (let step = 0; step < count; step++) {
      const index = (first + step) % count;
      if (tried & (1 << index) || !may(start + index, now)) continue;
      if (policy !== 'fastest') return index;
      const time = expectedTime(upstreamOf(start + index), failuresNow(start + index, now));
      if (time < bestTime) {
        best = index;
        bestTime = time;
      }
    }
    return best;
  }

  /** When its pause is over a pair is tried as if it had never failed: else a slower upstream that answers would keep it out for good. */
  function failuresNow(pair: number, now: number): number {
    return now >= pausedUntil[pair]! ? 0 : failures[pair]!;
  }

  function restedDown(pair: number, now: number): boolean {
    return upstreamOf(pair).state === 'down' && now >= pausedUntil[pair]!;
  }

  /** A pair whose pause is over is on trial: nobody else tries it first until the pause is over again. */
  function trial(start: number, index: number, now: number): number {
    const pair = start + index;
    if (upstreamOf(pair).state === 'down') pausedUntil[pair] = now + PAUSE_MAX;
    else if (failures[pair]! > 0) pausedUntil[pair] = now + pauseOf(failures[pair]!);
    return index;
  }

  function hasOther(rule: number, tried: number): boolean {
    const start = rules.upstreamStart[rule]!;
    for (let pair = start; pair < rules.upstreamStart[rule + 1]!; pair++) {
      if ((tried & (1 << (pair - start))) === 0 && isUp(pair)) return true;
    }
    return false;
  }

  return {
    choose,
    hasOther,
    upstreamOf,
    isDead: (rule) => !hasOther(rule, 0),
    noteAnswered(pair) {
      failures[pair] = 0;
      pausedUntil[pair] = 0;
    },
    noteTimeout(pair, sentAt, now) {
      if (sentAt < failedAt[pair]!) return;
      failedAt[pair] = now;
      if (failures[pair]! < 255) failures[pair]!++;
      pausedUntil[pair] = now + pauseOf(failures[pair]!);
    },
    failuresOf: (pair) => failures[pair]!,
  };
}

function pauseOf(failures: number): number {
  return Math.min(PAUSE_MIN * 2 ** Math.max(failures - PAIR_FAILURES, 0), PAUSE_MAX);
}
