/** The end of a slot: its answer goes to the cache and to all who wait. */
import type { Answer, Cache } from '../cache/cache.ts';
import { FLAG_AUTHENTIC, FLAG_CHAIN, FLAG_FAILURE } from '../cache/layout.ts';
import type { Slot, Waiter } from '../inflight/slots.ts';
import { writeAnswer, writeRcode } from '../packet/compose.ts';
import { type Response, readTtls } from '../packet/response.ts';
import { SERVFAIL } from '../packet/wire.ts';
import type { Clock } from './clock.ts';
import type { Counters } from './counters.ts';
import type { Lookup } from './lookup.ts';
import type { encodePartial } from './rebuild.ts';

export type Delivery = {
  /** Sends on the records that `response` points to in `bytes`. */
  plain(slot: Slot, response: Response, bytes: Uint8Array): void;
  /** Sends a response that we encoded. `identity`: of the rules its chain goes through. `staleFor`: its end is stale, and why; then it is not kept. */
  encoded(
    slot: Slot,
    response: Response,
    made: ReturnType<typeof encodePartial>,
    identity: number,
    staleFor: Uint8Array | undefined,
  ): void;
  /** SERVFAIL with an extended error, kept for `lifetime` seconds; 0: not at all. */
  failure(slot: Slot, why: Uint8Array, lifetime: number): void;
  /** Answers all from what the cache still has, and says why; false where it has nothing. */
  stale(slot: Slot, why: Uint8Array): boolean;
};

const NO_BYTES = new Uint8Array(0);

/** `close` frees the slot and its waiters. Sinks only queue what they are given, so nothing re-enters while an answer is delivered. */
export function createDelivery(
  cache: Cache,
  lookup: Lookup,
  clock: Clock,
  counters: Counters,
  close: (slot: Slot) => void,
): Delivery {
  const answer: Answer = {
    rcode: 0,
    flags: 0,
    answers: 0,
    authorities: 0,
    body: NO_BYTES,
    bodyStart: 0,
    bodyLength: 0,
    ttlOffsets: new Uint16Array(0),
    ttlCount: 0,
    tail: NO_BYTES,
    tailLength: 0,
    lifetime: 0,
    epoch: 0,
    identity: 0,
  };

  function deliver(
    slot: Slot,
    response: Response,
    bytes: Uint8Array,
    rcode: number,
    flags: number,
    identity: number,
    staleFor: Uint8Array | undefined,
  ): void {
    answer.rcode = rcode;
    answer.flags = flags;
    answer.answers = response.answers;
    answer.authorities = response.authorities;
    answer.body = bytes;
    answer.bodyStart = response.bodyStart;
    answer.bodyLength = response.bodyLength;
    answer.ttlOffsets = response.ttlOffsets;
    answer.ttlCount = response.ttlCount;
    answer.tail = staleFor ?? NO_BYTES;
    answer.tailLength = answer.tail.length;
    answer.lifetime = staleFor ? 0 : response.lifetime;
    answer.epoch = slot.rules.epoch;
    answer.identity = identity;
    if (answer.lifetime > 0) cache.store(slot, answer, clock.seconds);
    for (let waiter = slot.waiters; waiter; waiter = waiter.next) {
      const at = waiter.sink.reserve();
      const length = writeAnswer(waiter.sink.out, at, waiter.limit, waiter, waiter.authentic, answer);
      waiter.sink.commit(length, waiter.peer, 0, waiter.token);
    }
    close(slot);
  }

  function stale(slot: Slot, why: Uint8Array): boolean {
    let served = false;
    for (let waiter = slot.waiters; waiter; waiter = waiter.next) {
      const at = waiter.sink.reserve();
      const length = lookup.stale(
        slot,
        slot.rules,
        waiter.sink.out,
        at,
        waiter.limit,
        waiter,
        waiter.authentic,
        why,
      );
      // The entry may be overwritten between two waiters; then the rest get the failure.
      if (length === 0) {
        if (!served) return false;
        sendFailure(waiter, NO_BYTES);
        continue;
      }
      served = true;
      counters.staleAnswers++;
      waiter.sink.commit(length, waiter.peer, 0, waiter.token);
    }
    close(slot);
    return true;
  }

  function sendFailure(waiter: Waiter, why: Uint8Array): void {
    const at = waiter.sink.reserve();
    const length = writeRcode(waiter.sink.out, at, waiter, SERVFAIL, why);
    waiter.sink.commit(length, waiter.peer, 0, waiter.token);
  }

  return {
    plain(slot, response, bytes) {
      const flags = (response.authentic ? FLAG_AUTHENTIC : 0) | (response.chain ? FLAG_CHAIN : 0);
      deliver(slot, response, bytes, response.rcode, flags, slot.rules.identities[slot.rule]!, undefined);
    },

    encoded(slot, response, { bytes, rcode, authentic }, identity, staleFor) {
      readTtls(response, bytes, bytes.length);
      deliver(
        slot,
        response,
        bytes,
        rcode,
        (authentic ? FLAG_AUTHENTIC : 0) | FLAG_CHAIN,
        identity,
        staleFor,
      );
    },

    failure(slot, why, lifetime) {
      counters.servfails++;
      answer.rcode = SERVFAIL;
      answer.flags = FLAG_FAILURE;
      answer.answers = 0;
      answer.authorities = 0;
      answer.bodyLength = 0;
      answer.ttlCount = 0;
      answer.tail = why;
      answer.tailLength = why.length;
      answer.lifetime = lifetime;
      answer.epoch = slot.rules.epoch;
      answer.identity = slot.rules.identities[slot.rule]!;
      if (lifetime > 0) cache.store(slot, answer, clock.seconds);
      for (let waiter = slot.waiters; waiter; waiter = waiter.next) sendFailure(waiter, why);
      close(slot);
    },

    stale,
  };
}
