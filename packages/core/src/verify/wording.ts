import type { ForwardingRule } from '../config/index.ts';
import type { Name } from '../dns/name.ts';
import { showName as bare } from '../schema/path.ts';
import type { BuiltIn } from './built-in-zones.ts';
import type { Coverage } from './coverage.ts';

/** The sentences of traces. */

export { bare };

export function list(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** Why a tier asks whom it asks: the winner of `rules`, which all cover the name, and the losers. `otherwise` may be the last of them. */
export function whyRule(
  rules: readonly ForwardingRule[],
  otherwise: ForwardingRule | undefined,
  view: string | undefined,
): string {
  const [winner, ...losers] = rules;
  const inView = view === undefined ? '' : ` of the view ${view}`;
  if (winner === otherwise) return `no rule${inView} covers it: otherwise`;
  const won = `the rule${inView} for ${bare(winner!.suffix)} has the longest suffix`;
  const others = losers.map((rule) => (rule === otherwise ? 'otherwise' : bare(rule.suffix)));
  return others.length === 0 ? won : `${won}: it wins over ${list(others)}`;
}

/** Why a zone answers: it won over the others that cover the name. */
export function whyZone(zone: { name: Name; kind: string }, losers: readonly Name[]): string {
  const won = `the ${zone.kind} zone ${bare(zone.name)} covers it`;
  if (losers.length === 0) return won;
  return `${won}, most specifically: ${list(losers.map(bare))} ${losers.length === 1 ? 'is' : 'are'} not looked at`;
}

export function whyCoverage(coverage: Exclude<Coverage, { kind: 'zone' }>): string {
  switch (coverage.kind) {
    case 'forward':
      return `it forwards ${bare(coverage.suffix)}`;
    case 'built-in':
      return `no private zone covers it: the resolver has ${bare(coverage.zone)} of its own`;
    case 'public':
      return 'no zone here covers it: it leaves for public DNS';
  }
}

/** Why a VPC resolver answers a zone that nobody gave it. */
export function whyBuiltIn(zone: Name, from: BuiltIn): string {
  switch (from) {
    case 'nothing':
      return `${bare(zone)} is the VPC resolver’s own, and empty`;
    case 'itself':
      return `the VPC resolver answers ${bare(zone)} by itself`;
    case 'instances':
      return `the VPC resolver answers ${bare(zone)} from the instances of its VPC, which the topology does not name`;
  }
}
