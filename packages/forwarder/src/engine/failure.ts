/** What a client is told when no upstream gave an answer: which were tried, and what each did (RFC 8914). */
import { nameFromWire, ROOT, rcodeName } from '@pointsman/core/dns';
import type { Attempt, Outcome, Slot } from '../inflight/slots.ts';
import { EDE, extendedError } from '../packet/extended-error.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import type { Selection } from '../upstreams/selection.ts';
import type { Upstream } from '../upstreams/upstream.ts';

export function describeFailure(slot: Slot, now: number): Uint8Array {
  const tried = slot.attempts.slice(0, slot.attemptCount);
  if (slot.loopedFrom !== undefined) {
    return extendedError(
      EDE.other,
      `loop: ${slot.loopedFrom} asked us the same question; ${listed(slot, tried, now)}`,
    );
  }
  if (tried.some(({ outcome }) => outcome === 'loop'))
    return extendedError(EDE.other, `loop: ${listed(slot, tried, now)}`);
  const answered = tried.some(({ outcome }) => typeof outcome === 'number' || outcome === 'referral');
  return extendedError(answered ? EDE.networkError : EDE.noReachableAuthority, listed(slot, tried, now));
}

/** For a rule whose upstreams are all known to be down: nothing was tried. */
export function describeDead(rules: RuleSet, selection: Selection, rule: number): Uint8Array {
  const states: string[] = [];
  for (let pair = rules.upstreamStart[rule]!; pair < rules.upstreamStart[rule + 1]!; pair++) {
    const { address, reason } = selection.upstreamOf(pair);
    states.push(`${address.endpoint} down (${reason})`);
  }
  return extendedError(EDE.noReachableAuthority, `${ruleName(rules, rule)}: ${states.join(', ')}`);
}

/** More questions wait for the upstream's packet budget than it can serve before their deadline. */
export function describeFullBudget({ address }: Upstream): Uint8Array {
  return extendedError(
    EDE.other,
    `${address.endpoint} is at its packet budget: too many questions wait for it`,
  );
}

function listed(slot: Slot, tried: Attempt[], now: number): string {
  const parts = tried.map((attempt) => {
    const until = attempt.outcome === 'pending' ? now : attempt.endedAt;
    return `${endpointOf(slot, attempt)} ${phrase(attempt.outcome)}${attempt.detail} after ${Math.round(until - attempt.sentAt)} ms`;
  });
  return `${ruleName(slot.rules, slot.rule)}: ${parts.join(', ') || nobody(slot)}${quoted(slot, tried)}`;
}

/** The reason that an upstream gave, the first of them; it stands last, where it may be cut. */
function quoted(slot: Slot, tried: Attempt[]): string {
  const telling = tried.find(({ said }) => said !== '');
  if (!telling) return '';
  return `; ${endpointOf(slot, telling)} says: ${telling.said}`;
}

function endpointOf({ selection, rules, rule }: Slot, { choice }: Attempt): string {
  return selection.upstreamOf(rules.upstreamStart[rule]! + choice).address.endpoint;
}

function nobody({ heldBy }: Slot): string {
  return heldBy ? `held back by the packet budget of ${heldBy.address.endpoint}` : 'nobody could be asked';
}

function phrase(outcome: Outcome): string {
  if (typeof outcome === 'number') return rcodeName(outcome);
  switch (outcome) {
    case 'pending':
    case 'timeout':
      return 'no answer';
    case 'referral':
      return 'referral (it does not resolve for us)';
    case 'unreachable':
      return 'unreachable';
    default:
      return outcome;
  }
}

/** The root covers what no other rule does. */
function ruleName(rules: RuleSet, rule: number): string {
  const { name } = nameFromWire(rules.suffixes, rules.suffixStart[rule]!)!;
  return name === ROOT ? 'everything else' : name;
}
