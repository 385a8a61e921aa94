import type { Name } from '../dns/name.ts';
import { answerAsTier } from './answer-as-tier.ts';
import { answerFromZones, type Open } from './answer-from-zones.ts';
import { ask } from './ask.ts';
import {
  type Coverage,
  coverageAtAuthority,
  coverageAtResolver,
  coverageInPublic,
  type Suffixes,
} from './coverage.ts';
import type { AuthorityPlayer, Player, ResolverPlayer } from './players.ts';
import { decide, type Question, type Walker } from './question.ts';
import { endAt, type Reply } from './reply.ts';
import { bare, whyBuiltIn, whyCoverage } from './wording.ts';

/** Servers that a question may pass on its way. */
const MAX_DEPTH = 64;

/** What a player answers; `self` is the one of its servers that is asked. */
export function answerAs(
  walker: Walker,
  player: Player,
  self: string,
  question: Question,
  depth: number,
): Reply {
  const { name } = question;
  if (depth > MAX_DEPTH || !walker.step()) {
    const because = 'the question goes round through more servers than can be followed';
    return endAt(name, 'UNDECIDED', undefined, self, { because, records: undefined });
  }
  switch (player.kind) {
    case 'resolver':
      return answerAsResolver(walker, player, self, question, depth);
    case 'outside':
      return answerAsPublic(walker, self, question, depth);
    case 'stranger':
      return refuseStranger(walker, self, player.network, question, depth);
    case 'unknown': {
      const { because } = player;
      return endAt(name, 'UNDECIDED', undefined, self, { because, records: undefined });
    }
    case 'tier':
    case 'authority':
      return once(walker, player, self, question, () =>
        player.kind === 'tier'
          ? answerAsTier(walker, player, self, question, depth)
          : answerAsAuthority(walker, player, self, question, depth),
      );
  }
}

/** A question that comes back to one who is answering it is refused: that ends every loop. */
function once(walker: Walker, player: Player, self: string, question: Question, answer: () => Reply): Reply {
  const key = `${player.id} ${question.name}`;
  if (walker.answering.has(key)) {
    const because = `${player.subject} is asked for ${bare(question.name)} while it is looking for it`;
    return endAt(question.name, 'LOOP', 'SERVFAIL', self, { because });
  }
  walker.answering.add(key);
  const reply = answer();
  walker.answering.delete(key);
  return reply;
}

function answerAsResolver(
  walker: Walker,
  player: ResolverPlayer,
  self: string,
  question: Question,
  depth: number,
): Reply {
  const { publicZones } = walker.model.players;
  const place = {
    self,
    cover: (suffixes: Suffixes) => coverageAtResolver(player, publicZones, suffixes),
    losers: losersAmong(player.zones, publicZones),
  };
  const outcome = answerFromZones(walker, place, question, depth);
  if ('reply' in outcome) return outcome.reply;
  const { open } = outcome;
  return open.coverage.kind === 'built-in'
    ? answerBuiltIn(walker, self, open, open.coverage, question, depth)
    : leaveForPublic(walker, self, open, question, depth);
}

/** What else has a zone or a rule that covers a name, and lost. */
function losersAmong(...held: ReadonlyMap<Name, unknown>[]) {
  return (zone: { name: Name }, suffixes: Suffixes): Name[] =>
    suffixes.filter((suffix) => suffix !== zone.name && held.some((each) => each.has(suffix)));
}

function answerBuiltIn(
  walker: Walker,
  self: string,
  { name, aliases }: Open,
  coverage: Extract<Coverage, { kind: 'built-in' }>,
  { type }: Question,
  depth: number,
): Reply {
  const { zone, from } = coverage;
  const rest = { zone, because: whyBuiltIn(zone, from), aliases };
  const reply =
    from === 'nothing'
      ? endInEmptyZone(name, zone, type, self, rest)
      : endAt(name, 'UNDECIDED', undefined, self, { ...rest, records: undefined });
  decide(walker, self, `zones/${bare(zone)}`, name, type, whyCoverage(coverage), depth, reply);
  return reply;
}

/** An empty zone has an SOA and an NS record, at its apex (RFC 6303 §3). */
function endInEmptyZone(name: Name, zone: Name, type: string, self: string, rest: Partial<Reply>): Reply {
  if (name !== zone) return endAt(name, 'NXDOMAIN_BY', 'NXDOMAIN', self, rest);
  const isThere = type === 'SOA' || type === 'NS';
  return endAt(name, 'ANSWERED', 'NOERROR', self, { ...rest, ...(isThere && { records: undefined }) });
}

function answerAsPublic(walker: Walker, self: string, question: Question, depth: number): Reply {
  const { publicZones } = walker.model.players;
  const place = {
    self,
    cover: (suffixes: Suffixes) => coverageInPublic(publicZones, suffixes),
    losers: () => [],
  };
  const outcome = answerFromZones(walker, place, question, depth);
  return 'reply' in outcome ? outcome.reply : leaveForPublic(walker, self, outcome.open, question, depth);
}

function answerAsAuthority(
  walker: Walker,
  player: AuthorityPlayer,
  self: string,
  question: Question,
  depth: number,
): Reply {
  const { publicZones } = walker.model.players;
  const place = {
    self,
    cover: (suffixes: Suffixes) => coverageAtAuthority(player, publicZones, suffixes),
    losers: losersAmong(player.zones, player.forwards),
  };
  const outcome = answerFromZones(walker, place, question, depth);
  if ('reply' in outcome) return outcome.reply;
  const { open } = outcome;
  if (open.coverage.kind === 'cut' && open.coverage.zone.kind !== 'public') {
    const { zone, at } = open.coverage;
    const because = `${bare(zone.name)} delegates ${bare(at)}, and the topology does not say whether ${self} asks on there`;
    const reply = endAt(open.name, 'UNDECIDED', undefined, self, {
      zone: zone.name,
      because,
      records: undefined,
    });
    decide(walker, self, 'nobody', open.name, question.type, because, depth, reply);
    return reply;
  }
  if (open.coverage.kind !== 'forward') return leaveForPublic(walker, self, open, question, depth);
  const list = walker.model.contactsOf(player.asker, open.coverage.upstreams, true);
  const asking = { at: self, kind: 'authority' as const, because: whyCoverage(open.coverage) };
  const rest = ask(walker, list, { ...question, name: open.name }, asking, depth);
  const rcode = rest.rcode === 'silent' ? 'SERVFAIL' : rest.rcode;
  return { ...rest, rcode, aliases: [...open.aliases, ...rest.aliases] };
}

/** The name is for public DNS. On one machine there is none besides the zones of kind `public`. */
function leaveForPublic(walker: Walker, self: string, open: Open, { type }: Question, depth: number): Reply {
  const isReal = walker.model.world === 'real';
  const rcode = isReal ? undefined : open.aliases.length > 0 ? 'NOERROR' : 'REFUSED';
  const reply = endAt(open.name, 'PUBLIC', rcode, self, {
    aliases: open.aliases,
    records: isReal ? undefined : [],
    open: open.aliases.length > 0,
  });
  const because =
    open.coverage.kind === 'cut'
      ? `${bare(open.coverage.zone.name)} delegates ${bare(open.coverage.at)}`
      : whyCoverage({ kind: 'public' });
  const records = reply.open ? undefined : reply.records;
  decide(walker, self, 'public', open.name, type, because, depth, { ...reply, records });
  return reply;
}

function refuseStranger(
  walker: Walker,
  self: string,
  network: string,
  { name, type }: Question,
  depth: number,
): Reply {
  const because = `the VPC resolver of ${network} answers only clients inside ${network}`;
  const rcode = walker.model.world === 'loopback' ? 'REFUSED' : 'silent';
  const reply = endAt(name, 'REFUSED_BY', rcode, self, { because });
  decide(walker, self, 'nobody', name, type, because, depth, reply);
  return reply;
}
