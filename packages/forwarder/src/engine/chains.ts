/**
 * CNAMEs that leave their rule: the target is asked of the rule that covers it, as if a client of the same view had asked, before
 * a reload if need be. The answer comes back through a queue, so that one answer is delivered to its end before the next begins.
 */
import {
  CLASS_IN,
  decodeMessage,
  encodeMessage,
  type Message,
  type Name,
  NO_FLAGS,
  typeMnemonic,
} from '@pointsman/core/dns';
import type { Sink, Slot, Slots } from '../inflight/slots.ts';
import { OUR_UDP_SIZE } from '../packet/compose.ts';
import { createQuery, finishKey, KEY_CHECKING_DISABLED, KEY_DNSSEC_OK, readQuery } from '../packet/query.ts';
import { PEER_SIZE } from '../udp/udp.ts';
import type { Resolve } from './admission.ts';
import type { Lookup } from './lookup.ts';

export type Chains = {
  /** Asks for the target; the answer reaches the slot by `drain`. A text where that cannot be: why. */
  follow(slot: Slot, target: Name): string | undefined;
  /** Hands out the answers that have come. Call it when nothing is being delivered. */
  drain(onAnswer: (slot: Slot, next: Message | undefined) => void): void;
};

/** CNAMEs from rule to rule behind one question. */
const MAX_DEPTH = 8;
const MAX_MESSAGE = 0xffff;
/** Who asks for the target of a CNAME: no address family is 0. */
const NO_PEER = new Uint8Array(PEER_SIZE);

export function createChains(slots: Slots, lookup: Lookup, resolve: Resolve): Chains {
  const query = createQuery();
  const place = new Uint8Array(MAX_MESSAGE + 1);
  const queue: { token: number; message: Message | undefined }[] = [];

  const sink: Sink = {
    out: place,
    reserve: () => 0,
    commit(length, _peers, _offset, token) {
      queue.push({ token, message: decodeMessage(place.slice(0, length)) });
    },
  };

  function comesBackTo(slot: Slot): boolean {
    let at = slots.find(query.hash, query.key, query.keyLength, slot.rules);
    for (let step = 0; at && step <= MAX_DEPTH; step++) {
      if (at === slot) return true;
      at = at.waitsOn < 0 ? undefined : slots.at(at.waitsOn);
    }
    return false;
  }

  return {
    follow(slot, target) {
      if (slot.depth >= MAX_DEPTH) return 'the chain of CNAMEs is too long';
      const packet = encodeTargetQuery(slot, target);
      readQuery(query, packet, 0, packet.length);
      finishKey(query, slot.view);
      if (comesBackTo(slot)) return 'loop: a chain of CNAMEs comes back to itself';
      const token = slot.generation * 0x10000 + slot.index;
      const length = lookup.fresh(query, slot.rules, place, 0, MAX_MESSAGE, query, true);
      if (length > 0) {
        sink.commit(length, NO_PEER, 0, token);
        return undefined;
      }
      resolve(query, sink, token, NO_PEER, 0, MAX_MESSAGE, 0, {
        rules: slot.rules,
        selection: slot.selection,
        depth: slot.depth + 1,
        deadline: slot.deadline,
        parent: slot,
      });
      return undefined;
    },

    drain(onAnswer) {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const slot = slots.at(next.token % 0x10000);
        const current = slot.inUse && slot.generation === Math.floor(next.token / 0x10000);
        if (current && slot.partial !== undefined) onAnswer(slot, next.message);
      }
    },
  };
}

function encodeTargetQuery(slot: Slot, target: Name): Uint8Array {
  const bits = slot.key[slot.nameLength + 2]!;
  return encodeMessage({
    id: 0,
    flags: { ...NO_FLAGS, rd: true, ad: true, cd: (bits & KEY_CHECKING_DISABLED) !== 0 },
    rcode: 0,
    question: { name: target, type: typeMnemonic(slot.type), class: CLASS_IN },
    answers: [],
    authorities: [],
    additionals: [],
    edns: { udpSize: OUR_UDP_SIZE, version: 0, do: (bits & KEY_DNSSEC_OK) !== 0, options: [] },
  });
}
