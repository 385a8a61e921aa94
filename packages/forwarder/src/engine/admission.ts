/** Which questions get a slot: what is in flight already is joined, what cannot be asked is refused at once. */
import type { Sink, Slot } from '../inflight/slots.ts';
import { writeRcode } from '../packet/compose.ts';
import { EDE, extendedError } from '../packet/extended-error.ts';
import { type Query, wantsAuthenticData } from '../packet/query.ts';
import { REFUSED, SERVFAIL } from '../packet/wire.ts';
import { matchRule, NO_RULE } from '../rules/rule-set.ts';
import { isWaiting } from './attempts.ts';
import type { Active, ResolverParts } from './resolver.ts';

/** What the target of a CNAME brings along: the rules of its chain, the CNAMEs followed so far, and the slot that needs the answer. */
export type Link = Active & { depth: number; deadline: number; parent: Slot };

/** Takes over a query whose key is finished. */
export type Resolve = (
  query: Query,
  sink: Sink,
  token: number,
  peers: Uint8Array,
  peerOffset: number,
  limit: number,
  link?: Link,
) => void;

/** `askNext` sends a slot's question to the next upstream. */
export function createAdmission(parts: ResolverParts, askNext: (slot: Slot) => void): Resolve {
  const { slots, clock, counters, loops, claims } = parts;

  return (query, sink, token, peers, peerOffset, limit, link) => {
    const { rules, selection } = link ?? parts.active();
    const refuse = (rcode: number, why: Uint8Array) => {
      const at = sink.reserve();
      sink.commit(writeRcode(sink.out, at, query, rcode, why), peers, peerOffset, token);
    };
    const looping = loops.find(query, peers, peerOffset);
    if (looping) {
      counters.loops++;
      refuse(SERVFAIL, extendedError(EDE.other, 'loop: we have just asked you this question'));
      // The attempt's key stays: where the asker only shares the upstream's address, its answer is still to come.
      looping.attempt.outcome = 'loop';
      looping.attempt.endedAt = clock.now;
      if (!isWaiting(looping.slot)) askNext(looping.slot);
      return;
    }
    const waiter = slots.addWaiter(query, sink, token, peers, peerOffset, limit);
    if (!waiter) {
      counters.overloaded++;
      return refuse(SERVFAIL, extendedError(EDE.other, 'too many clients are waiting'));
    }
    waiter.authentic = wantsAuthenticData(query);
    const inFlight = slots.find(query.hash, query.key, query.keyLength, rules);
    // A question asked before a reload is under way to an upstream that may not be this client's any more.
    if (inFlight) {
      counters.coalesced++;
      inFlight.loopedFrom ??= loops.suspect(inFlight, peers, peerOffset);
      waiter.next = inFlight.waiters;
      inFlight.waiters = waiter;
      if (link) link.parent.waitsOn = inFlight.index;
      return;
    }
    slots.freeWaiter(waiter);
    const rule = matchRule(rules, query.key[query.keyLength - 1]!, query.key, 0);
    if (rule === NO_RULE) {
      counters.refusedNames++;
      return refuse(REFUSED, extendedError(EDE.prohibited, 'no forwarding rule covers this name'));
    }
    const claim = claims ? claims.take(query.hash) : -1;
    if (claim <= -2) return parts.handOver(-2 - claim, query, sink, token, peers, peerOffset, limit);
    const slot = slots.open(query, rules, selection, rule);
    if (!slot) {
      if (claim >= 0) claims!.release(claim);
      counters.overloaded++;
      return refuse(SERVFAIL, extendedError(EDE.other, 'too many questions are in flight'));
    }
    counters.inFlight++;
    slot.waiters = slots.addWaiter(query, sink, token, peers, peerOffset, limit)!;
    slot.waiters.authentic = wantsAuthenticData(query);
    slot.claim = claim;
    slot.startedAt = clock.now;
    slot.deadline = link?.deadline ?? clock.now + rules.deadline;
    slot.depth = link?.depth ?? 0;
    if (link) link.parent.waitsOn = slot.index;
    askNext(slot);
  };
}
