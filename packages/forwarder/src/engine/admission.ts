/** Which questions get a slot: what is in flight already is joined, what cannot be asked is refused at once. */
import type { Sink, Slot } from '../inflight/slots.ts';
import { writeRcode } from '../packet/compose.ts';
import { EDE, extendedError } from '../packet/extended-error.ts';
import type { Query } from '../packet/query.ts';
import { REFUSED, SERVFAIL } from '../packet/wire.ts';
import { matchRule, NO_RULE } from '../rules/rule-set.ts';
import { isWaiting } from './attempts.ts';
import type { Active, ResolverParts } from './resolver.ts';

/**
 * What the target of a CNAME brings along: the rules of its chain, the CNAMEs followed so far, when the chain must be at its end,
 * and the slot that needs the answer, where that is this worker's.
 */
export type Link = Active & { depth: number; deadline: number; parent: Slot | undefined };

/** Takes over a query whose key is finished. `hops`: from worker to worker so far. */
export type Resolve = (
  query: Query,
  sink: Sink,
  token: number,
  peers: Uint8Array,
  peerOffset: number,
  limit: number,
  hops: number,
  link?: Link,
) => void;

/**
 * A query goes to the worker that may know it as a loop, and from there to the one that has the question in flight. Claims change
 * meanwhile: after that it is asked where it is.
 */
export const MAX_HOPS = 2;

/** `askNext` sends a slot's question to the next upstream. */
export function createAdmission(parts: ResolverParts, askNext: (slot: Slot) => void): Resolve {
  const { slots, clock, counters, loops, claims } = parts;

  function refuse(
    query: Query,
    sink: Sink,
    token: number,
    peers: Uint8Array,
    peerOffset: number,
    rcode: number,
    why: Uint8Array,
  ): void {
    const at = sink.reserve();
    sink.commit(writeRcode(sink.out, at, query, rcode, why), peers, peerOffset, token);
  }

  /** True where the query has closed a loop: its question, and ours to the one who asks, end. */
  function endLoop(query: Query, peers: Uint8Array, peerOffset: number): boolean {
    const looping = loops.find(query, peers, peerOffset);
    if (!looping) return false;
    counters.loops++;
    // The attempt's key stays: where the asker only shares the upstream's address, its answer is still to come.
    looping.attempt.outcome = 'loop';
    looping.attempt.endedAt = clock.now;
    if (!isWaiting(looping.slot)) askNext(looping.slot);
    return true;
  }

  return (query, sink, token, peers, peerOffset, limit, hops, link) => {
    const { rules, selection } = link ?? parts.active();
    const suspect = loops.isUpstream(peers, peerOffset);
    if (suspect && endLoop(query, peers, peerOffset))
      return refuse(query, sink, token, peers, peerOffset, SERVFAIL, LOOP);
    const inFlight = slots.find(query.hash, query.key, query.keyLength, rules);
    // A question asked before a reload is under way to an upstream that may not be this client's any more.
    if (inFlight) {
      if (!slots.addWaiter(inFlight, query, sink, token, peers, peerOffset, limit)) {
        counters.overloaded++;
        return refuse(query, sink, token, peers, peerOffset, SERVFAIL, TOO_MANY_CLIENTS);
      }
      counters.coalesced++;
      if (suspect) inFlight.loopedFrom ??= loops.addressOf(peers, peerOffset);
      if (link?.parent) link.parent.waitsOn = inFlight.index;
      return;
    }
    const rule = matchRule(rules, query.key[query.keyLength - 1]!, query.key, 0);
    if (rule === NO_RULE) {
      counters.refusedNames++;
      return refuse(query, sink, token, peers, peerOffset, REFUSED, NO_RULE_COVERS);
    }
    const asker = suspect && hops === 0 ? loops.asker(query) : -1;
    const claim = asker < 0 && claims ? claims.take(query.hash) : -1;
    const worker = claim <= -2 && hops < MAX_HOPS ? -2 - claim : asker;
    if (worker >= 0) {
      counters.handedOver++;
      return parts.handOver(
        worker,
        query,
        rules,
        rule,
        sink,
        token,
        peers,
        peerOffset,
        limit,
        hops + 1,
        link,
      );
    }
    const slot = slots.open(query, rules, selection, rule);
    const waiter = slot && slots.addWaiter(slot, query, sink, token, peers, peerOffset, limit);
    if (!waiter) {
      if (slot) slots.close(slot);
      if (claim >= 0) claims!.release(claim);
      counters.overloaded++;
      const why = slot ? TOO_MANY_CLIENTS : TOO_MANY_QUESTIONS;
      return refuse(query, sink, token, peers, peerOffset, SERVFAIL, why);
    }
    counters.inFlight++;
    slot.claim = claim;
    slot.startedAt = clock.now;
    slot.deadline = link?.deadline ?? clock.now + rules.deadline;
    slot.depth = link?.depth ?? 0;
    if (link?.parent) link.parent.waitsOn = slot.index;
    askNext(slot);
  };
}

const LOOP = extendedError(EDE.other, 'loop: we have just asked you this question');
const TOO_MANY_CLIENTS = extendedError(EDE.other, 'too many clients are waiting');
const TOO_MANY_QUESTIONS = extendedError(EDE.other, 'too many questions are in flight');
const NO_RULE_COVERS = extendedError(EDE.prohibited, 'no forwarding rule covers this name');
