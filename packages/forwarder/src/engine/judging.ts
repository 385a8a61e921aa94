/** What a response of an upstream is good for: the answer, a reason to ask otherwise, or a reason to ask another. */
import { type Attempt, MAX_ATTEMPTS, type Slot } from '../inflight/slots.ts';
import { textAmong } from '../packet/extended-error.ts';
import type { Response } from '../packet/response.ts';
import { readResponse } from '../packet/response.ts';
import { FORMERR, NOERROR, NOTIMP, NXDOMAIN } from '../packet/wire.ts';
import { matchRule } from '../rules/rule-set.ts';
import { NO_KEY } from '../upstreams/exchange.ts';
import { noteAnswered, noteWithoutEdns, type Upstream } from '../upstreams/upstream.ts';
import { hasRefusedEdns, isWaiting } from './attempts.ts';
import type { ChainEnds } from './chain-ends.ts';
import type { Endings } from './endings.ts';
import type { ResolverParts } from './resolver.ts';
import type { Sending } from './sending.ts';

const FIRST_QTYPE = 128;

/** True where the bytes are the answer to `ref`; false: go on waiting. */
export type OnResponse = (
  ref: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  tcp: boolean,
) => boolean;

/** `response`: where a response is read to. */
export function createJudging(
  { slots, clock, counters }: ResolverParts,
  sending: Sending,
  endings: Endings,
  chainEnds: ChainEnds,
  response: Response,
): OnResponse {
  /** The slot whose response is being read: `covers` asks about its rule. */
  let reading: Slot;
  const covers = (name: Uint8Array) => matchRule(reading.rules, reading.view, name, 0) === reading.rule;

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
      sending.end(attempt, 'truncated', '');
      return sending.askAgain(slot, attempt.choice, true);
    }
    if ((rcode === FORMERR || rcode === NOTIMP) && attempt.edns && !response.edns) {
      sending.end(attempt, rcode, '');
      return sending.askAgain(slot, attempt.choice, false);
    }
    const useful = (rcode === NOERROR || rcode === NXDOMAIN) && !response.truncated && !response.referral;
    if (!useful) {
      attempt.said = textAmong(bytes, response.optionsStart, response.optionsEnd);
      sending.end(attempt, response.truncated ? 'truncated' : response.referral ? 'referral' : rcode, '');
      if (!isWaiting(slot)) sending.askNext(slot);
      return;
    }
    // A type of the range for questions (RFC 6895 §3.1) may be refused for itself: it tells nothing of EDNS.
    if (!attempt.edns && slot.type < FIRST_QTYPE && hasRefusedEdns(slot, attempt.choice))
      noteWithoutEdns(upstream, clock.now);
    endings.cancelAttempts(slot);
    if (response.rebuild) chainEnds.begin(slot, bytes.subarray(offset, offset + length));
    else endings.plain(slot, response, bytes);
  }

  return (ref, bytes, offset, length, tcp) => {
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
}
