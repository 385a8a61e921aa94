import type { Name } from '../dns/name.ts';
import type { Zone } from '../topology/topology.ts';
import { type Coverage, type Suffixes, suffixesOf } from './coverage.ts';
import type { Question, Walker } from './question.ts';
import { type Alias, endAt, type Reply, recordsIn, saidOf } from './reply.ts';
import { bare, list, whyZone } from './wording.ts';
import { type Content, contentAt } from './zone-content.ts';

/** How many aliases are followed for one question, as BIND does (`max-query-restarts`) and our own authorities do. */
const MAX_ALIASES = 11;

/** A name that no zone here answers, at the end of the aliases that lead to it. */
export type Open = { name: Name; aliases: Alias[]; coverage: Exclude<Coverage, { kind: 'zone' }> | Cut };
/** A zone delegates the name to name servers. */
export type Cut = { kind: 'cut'; zone: Zone; at: Name };

type Place = {
  self: string;
  cover: (suffixes: Suffixes) => Coverage;
  losers: (zone: Zone, suffixes: Suffixes) => Name[];
};

/** Follows a question through the zones that one server has: to a reply, or to a name that they leave open. */
export function answerFromZones(
  walker: Walker,
  place: Place,
  question: Question,
  depth: number,
): { reply: Reply } | { open: Open } {
  const aliases: Alias[] = [];
  const seen = new Set<Name>();
  let { name } = question;
  for (;;) {
    if (seen.has(name) || seen.size > MAX_ALIASES) {
      const because = `the aliases of ${bare(question.name)} ${seen.has(name) ? 'come back to' : 'are too many to get beyond'} ${bare(name)}`;
      return { reply: endAt(name, 'LOOP', 'SERVFAIL', place.self, { because }) };
    }
    seen.add(name);
    const suffixes = suffixesOf(name);
    const coverage = place.cover(suffixes);
    if (coverage.kind !== 'zone') return { open: { name, aliases, coverage } };
    const { zone } = coverage;
    const content = contentAt(zone, name, question.type);
    if (content.kind === 'cut')
      return { open: { name, aliases, coverage: { kind: 'cut', zone, at: content.at } } };
    const hop = walker.hop({
      at: place.self,
      asks: `zones/${bare(zone.name)}`,
      name,
      type: question.type,
      because: whyZone(zone, place.losers(zone, suffixes)) + whyContent(zone, name, content),
      depth,
    });
    if (content.kind === 'alias') {
      const records = content.records.flatMap((set) =>
        recordsIn(set, set.type === 'DNAME' ? set.name : name),
      );
      aliases.push({ records, target: content.target });
      walker.settle(hop, { rcode: 'NOERROR', answers: records });
      name = content.target;
      continue;
    }
    const reply = replyOf(walker, place.self, zone, name, question.type, content);
    walker.settle(hop, saidOf(reply));
    return { reply: { ...reply, aliases } };
  }
}

function replyOf(
  walker: Walker,
  self: string,
  zone: Zone,
  name: Name,
  type: string,
  content: Content,
): Reply {
  const base = { zone: zone.name };
  const disposition = zone.kind === 'public' ? 'PUBLIC' : 'ANSWERED';
  if (content.kind === 'records') {
    const { set } = content;
    // What the apex has where the file is silent differs between servers.
    const records = set.data.length === 0 ? undefined : recordsIn(set, name);
    return endAt(name, disposition, 'NOERROR', self, { ...base, records });
  }
  if (zone.records.length === 0 && walker.model.world === 'real') {
    const because = `the topology does not state the records of ${bare(zone.name)}`;
    return endAt(name, 'UNDECIDED', undefined, self, { ...base, because, records: undefined });
  }
  if (content.kind === 'too-long') {
    const because = `a DNAME makes a name of ${bare(name)} that is too long`;
    return endAt(name, disposition, 'YXDOMAIN', self, { ...base, because });
  }
  if (content.kind === 'no-type') {
    const because = `${bare(name)} has no ${type} records`;
    return endAt(name, disposition, 'NOERROR', self, { ...base, because });
  }
  const because = `${bare(zone.name)} does not have ${bare(name)}`;
  return endAt(name, zone.kind === 'public' ? 'PUBLIC' : 'NXDOMAIN_BY', 'NXDOMAIN', self, {
    ...base,
    because,
  });
}

function whyContent(zone: Zone, name: Name, content: Content): string {
  switch (content.kind) {
    case 'alias':
      return `${byWildcard(content.wildcard)}; there it is an alias of ${bare(content.target)}`;
    case 'records':
      return byWildcard(content.wildcard);
    case 'no-type':
      return '; it has the name, but no records of this type';
    case 'no-name':
      return zone.records.length === 0 ? '' : `; it does not have ${bare(name)}`;
    default:
      return '';
  }
}

function byWildcard(wildcard: Name | undefined): string {
  return wildcard === undefined ? '' : ` (by its wildcard ${list([bare(wildcard)])})`;
}
