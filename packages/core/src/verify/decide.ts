import type { Name } from '../dns/name.ts';
import { type ContactList, obstacleTo } from './contacts.ts';
import {
  type Coverage,
  coverageAtAuthority,
  coverageAtResolver,
  coverageInPublic,
  ruleFor,
  type Suffixes,
  suffixesOf,
} from './coverage.ts';
import type { Verdict } from './disposition.ts';
import type { Without } from './failure.ts';
import type { Model } from './model.ts';
import { makeOutage, type Outage } from './outage.ts';
import type { Player } from './players.ts';
import { makeVerdicts, type Verdicts } from './verdicts.ts';
import { bare } from './wording.ts';

/** The players of a list that can be asked, in the order in which they are. `doubt`: why it is not known whether it can. */
export type Live = readonly { readonly player: Player; readonly doubt?: string }[];

export function livePlayers({ contacts }: ContactList, outage: Outage): Live {
  const live = new Map<Player, string | undefined>();
  for (const contact of contacts) {
    const { player } = contact;
    if (live.has(player) && live.get(player) === undefined) continue;
    const obstacle = obstacleTo(contact, outage);
    if (!obstacle) live.set(player, undefined);
    else if (obstacle.unsaid && !live.has(player)) live.set(player, obstacle.because);
  }
  return Array.from(live, ([player, doubt]) => (doubt === undefined ? { player } : { player, doubt }));
}

/** What a player does with a class by itself: the number of a verdict, or the list that it asks. */
export function stepAt(
  model: Model,
  verdicts: Verdicts,
  player: Player,
  suffixes: Suffixes,
): number | ContactList {
  const { publicZones } = model.players;
  const { subject } = player;
  switch (player.kind) {
    case 'resolver':
      return verdictOfCoverage(verdicts, subject, coverageAtResolver(player, publicZones, suffixes));
    case 'outside':
      return verdictOfCoverage(verdicts, subject, coverageInPublic(publicZones, suffixes));
    case 'authority': {
      const coverage = coverageAtAuthority(player, publicZones, suffixes);
      return coverage.kind === 'forward'
        ? model.contactsOf(player.asker, coverage.upstreams, true)
        : verdictOfCoverage(verdicts, subject, coverage);
    }
    case 'tier': {
      const rule = ruleFor(player.scope, suffixes);
      if (!rule) return verdicts.intern({ disposition: 'REFUSED_BY', by: subject });
      return model.contactsOf(player.asker, rule.upstreams, rule.policy === 'ordered');
    }
    case 'stranger':
      return verdicts.intern({
        disposition: 'REFUSED_BY',
        by: subject,
        because: 'it answers only its own VPC',
      });
    case 'unknown':
      return verdicts.intern({ disposition: 'UNDECIDED', by: subject, because: player.because });
  }
}

function verdictOfCoverage(verdicts: Verdicts, by: string, coverage: Coverage): number {
  switch (coverage.kind) {
    case 'zone':
      return verdicts.zone(coverage.zone);
    case 'built-in': {
      const { zone, from } = coverage;
      if (from === 'nothing') return verdicts.intern({ disposition: 'NXDOMAIN_BY', zone, by });
      const because = `it answers ${bare(zone)} ${from === 'itself' ? 'by itself' : 'from the instances of its VPC'}`;
      return verdicts.intern({ disposition: 'UNDECIDED', zone, by, because });
    }
    default:
      return verdicts.outside;
  }
}

/** What comes of asking a list: `verdictOf` a player is asked for only where it counts. */
export function combine(
  verdicts: Verdicts,
  list: ContactList,
  live: Live,
  outage: Outage,
  verdictOf: (player: Player) => number,
): number {
  // Of one that is there, what it says is what it comes to.
  if (live.length === 1 && live[0]!.doubt === undefined) return verdictOf(live[0]!.player);
  let failure = -1;
  let agreed = -1;
  for (const { player, doubt } of live) {
    if (doubt !== undefined)
      return verdicts.intern({ disposition: 'UNDECIDED', by: player.subject, because: doubt });
    const verdict = verdictOf(player);
    if (verdicts.isUndecided(verdict)) return verdict;
    if (verdicts.isFinal(verdict)) {
      if (list.ordered) return verdict;
      if (agreed >= 0 && agreed !== verdict) return disagreement(verdicts, live);
      agreed = verdict;
    } else if (failure < 0 || verdicts.of(failure).disposition === 'NO_ROUTE') {
      if (failure < 0 || verdicts.of(verdict).disposition !== 'NO_ROUTE') failure = verdict;
    }
  }
  if (agreed >= 0) return agreed;
  if (failure >= 0) return failure;
  return verdicts.intern(whyDead(list, outage));
}

function disagreement(verdicts: Verdicts, live: Live): number {
  const [one, other] = live.map(({ player }) => player.subject);
  const because = `${one} and ${other} answer differently, and either may be asked`;
  return verdicts.intern({ disposition: 'UNDECIDED', because });
}

/** Why nobody of a list can be asked. */
export function whyDead({ contacts }: ContactList, outage: Outage) {
  const [first] = contacts;
  if (!first) return { disposition: 'NO_RESOLVER' as const };
  const { because } = obstacleTo(first, outage)!;
  return { disposition: 'NO_ROUTE' as const, by: first.player.subject, because };
}

/** Places that one question may pass. Only forwarding in circles through many of them needs more. */
const MAX_STEPS = 400;

/**
 * The verdict on one class for whoever asks `list`, of which `live` can be asked: step by step and without memory, exact for loops and for any
 * outage. `visit` is told every list that is asked behind that.
 */
export function decide(
  model: Model,
  verdicts: Verdicts,
  list: ContactList,
  live: Live,
  suffixes: Suffixes,
  outage: Outage,
  visit: (list: ContactList) => void = () => {},
): number {
  const answering = new Set<Player>();
  let steps = 0;
  const askPlayer = (player: Player): number => {
    if (++steps > MAX_STEPS)
      return verdicts.intern({ disposition: 'UNDECIDED', because: 'it goes round through too many servers' });
    if (answering.has(player)) return verdicts.intern({ disposition: 'LOOP', by: player.subject });
    const step = stepAt(model, verdicts, player, suffixes);
    if (typeof step === 'number') return step;
    answering.add(player);
    visit(step);
    const verdict = combine(verdicts, step, livePlayers(step, outage), outage, askPlayer);
    answering.delete(player);
    return verdict;
  };
  return combine(verdicts, list, live, outage, askPlayer);
}

/** What becomes of a name and those below it that no zone or rule tells apart from it, for the clients of a network. Takes microseconds. */
export function dispositionOf(model: Model, network: string, name: Name, without: Without = []): Verdict {
  const verdicts = makeVerdicts(model.world === 'real');
  const outage = makeOutage(model, without);
  const list = model.resolversOf(network);
  return verdicts.of(decide(model, verdicts, list, livePlayers(list, outage), suffixesOf(name), outage));
}
