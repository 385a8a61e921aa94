import type { Name } from '../dns/name.ts';
import { ask } from './ask.ts';
import { otherwiseOf, ruleFor, rulesCovering, suffixesOf } from './coverage.ts';
import type { TierPlayer } from './players.ts';
import { decide, type Question, type Walker } from './question.ts';
import { type Alias, endAt, isAccepted, type Reply } from './reply.ts';
import { bare, whyRule } from './wording.ts';

/** Aliases from rule to rule that a forwarder follows behind one question. */
const MAX_CHAIN = 8;

/**
 * A member of a tier: it asks the upstreams of the rule with the longest suffix and nobody else. Where the answer has an alias that leaves the rule, what the
 * upstream says of its target does not count: the target is asked of the rule that covers it.
 */
export function answerAsTier(
  walker: Walker,
  player: TierPlayer,
  self: string,
  question: Question,
  depth: number,
  chain: readonly Name[] = [],
): Reply {
  const { name, type } = question;
  const { scope } = player;
  const rule = ruleFor(scope, suffixesOf(name));
  if (!rule) {
    const because = `no forwarding rule covers ${bare(name)}, and the tier forwards nothing else`;
    const reply = endAt(name, 'REFUSED_BY', 'REFUSED', self, { because });
    decide(walker, self, 'nobody', name, type, because, depth, reply);
    return reply;
  }
  const because = whyRule(rulesCovering(scope, name), otherwiseOf(scope), scope.view);
  const list = walker.model.contactsOf(player.asker, rule.upstreams, rule.policy === 'ordered');
  const reply = ask(walker, list, question, { at: self, kind: 'tier', because }, depth);
  if (reply.disposition !== 'UNDECIDED' && !isAccepted(reply, 'tier')) return failed(reply);
  const leaving = reply.aliases.findIndex(({ target }) => ruleFor(scope, suffixesOf(target)) !== rule);
  const isOpen = reply.open && reply.aliases.length > 0;
  if (leaving < 0 && !isOpen) return reply;
  const followed = leaving < 0 ? reply.aliases : reply.aliases.slice(0, leaving + 1);
  return follow(walker, player, self, question, depth, [...chain, name], followed);
}

/** Asks for the target of the last alias by the tier's own rules. */
function follow(
  walker: Walker,
  player: TierPlayer,
  self: string,
  { name, type }: Question,
  depth: number,
  chain: readonly Name[],
  followed: Alias[],
): Reply {
  const { target } = followed.at(-1)!;
  const comesBack = chain.includes(target) || followed.slice(0, -1).some((alias) => alias.target === target);
  if (comesBack || chain.length > MAX_CHAIN) {
    const because = `the aliases of ${bare(chain[0]!)} ${comesBack ? `come back to ${bare(target)}` : 'are too many'}`;
    return endAt(name, 'LOOP', 'SERVFAIL', self, { because });
  }
  if (!walker.step()) {
    const because = 'the aliases lead through more servers than can be followed';
    return endAt(name, 'UNDECIDED', undefined, self, { because, records: undefined });
  }
  const rest = answerAsTier(walker, player, self, { name: target, type }, depth, chain);
  if (rest.disposition !== 'UNDECIDED' && !isAccepted(rest, 'tier')) return failed(rest);
  return { ...rest, aliases: [...followed, ...rest.aliases] };
}

/** What a client gets where no upstream gave an answer. */
function failed(reply: Reply): Reply {
  return { ...reply, rcode: 'SERVFAIL', aliases: [], records: [], open: false };
}
