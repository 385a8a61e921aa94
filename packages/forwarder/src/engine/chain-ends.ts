/** Answers that are not passed on as they are: what is left of them, and how they go on under another rule. */
import { type Message, type Name, nameToWire } from '@pointsman/core/dns';
import type { Slot } from '../inflight/slots.ts';
import { EDE, extendedError, reasonOf, STALE_FOR } from '../packet/extended-error.ts';
import type { Response } from '../packet/response.ts';
import { NOERROR, NXDOMAIN } from '../packet/wire.ts';
import { matchRule } from '../rules/rule-set.ts';
import type { Chains } from './chains.ts';
import { type Endings, FAILURE_LIFETIME, SILENCE_LIFETIME } from './endings.ts';
import { chainIdentity, decodePartial, encodePartial, type Partial } from './rebuild.ts';
import type { ResolverParts } from './resolver.ts';

export type ChainEnds = {
  /** Takes what belongs to the rule from a response, and follows its CNAME where that leaves the rule. */
  begin(slot: Slot, bytes: Uint8Array): void;
  /** The rest of an answer whose chain went on under another rule. */
  onAnswer(slot: Slot, next: Message | undefined): void;
};

const BY_CNAME = ' (by CNAME): ';

/** `response`: where a response is read to. */
export function createChainEnds(
  { timers, clock }: ResolverParts,
  endings: Endings,
  chains: Chains,
  response: Response,
): ChainEnds {
  function finish(slot: Slot, partial: Partial, next: Message | undefined): void {
    const made = encodePartial({ name: slot.key, type: slot.type }, partial, next);
    const identity = chainIdentity(slot.rules, slot.view, slot.key, made.answers);
    const reason = next && reasonOf(next);
    const staleFor = reason?.code === EDE.staleAnswer ? extendedError(reason.code, reason.text) : undefined;
    endings.encoded(slot, response, made, identity, staleFor);
  }

  return {
    begin(slot, bytes) {
      const { rules, view, rule } = slot;
      const covers = (name: Name) => matchRule(rules, view, nameToWire(name), 0) === rule;
      const partial = decodePartial(bytes, { name: slot.key, type: slot.type }, covers);
      if (!partial || partial.loop) {
        const why = partial ? 'loop: a chain of CNAMEs comes back to itself' : 'the answer cannot be read';
        return endings.failure(slot, extendedError(EDE.other, why), FAILURE_LIFETIME);
      }
      if (partial.open === undefined) return finish(slot, partial, undefined);
      slot.partial = partial;
      const trouble = chains.follow(slot, partial.open);
      if (trouble !== undefined)
        return endings.failure(slot, extendedError(EDE.other, trouble), FAILURE_LIFETIME);
      if (slot.inUse && slot.partial === partial) timers.set(slot.index, slot.deadline, clock.now);
    },

    onAnswer(slot, next) {
      const partial = slot.partial as Partial;
      slot.partial = undefined;
      slot.waitsOn = -1;
      if (next && (next.rcode === NOERROR || next.rcode === NXDOMAIN)) return finish(slot, partial, next);
      const text = (next && reasonOf(next)?.text) || 'no answer';
      // Of a long chain the end is told: the name that failed, and why.
      const told = text.includes(BY_CNAME) ? text : `${partial.open}${BY_CNAME}${text}`;
      if (!endings.stale(slot, STALE_FOR.failure))
        endings.failure(slot, extendedError(EDE.other, told), SILENCE_LIFETIME);
    },
  };
}
