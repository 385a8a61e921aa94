import type { Name } from '../../dns/name.ts';
import { parentOf } from '../../dns/name.ts';
import type { Zone } from '../../topology/topology.ts';
import type { Row } from '../cells.ts';
import { verdictUnder, type Walk } from '../walk.ts';
import { compareTexts } from './finding.ts';

/** A zone that somebody is to answer, the place of its class in a row, and the number of the verdict that it answers itself. */
export type Wanted = { readonly zone: Zone; readonly index: number; readonly own: number };

/** Names that no zone is wanted for, but that somebody forwards: a rule's suffix, and the root for all that is left. */
export type Forwarded = { readonly kind: 'forwarded'; readonly name: Name };

/** What names can be wanted by. */
export type Target = Zone | Forwarded;

export function isZone(target: Target): target is Zone {
  return target.kind !== 'forwarded';
}

/** Networks that share a row, sorted. */
export type Group = { readonly row: Row; readonly networks: string[] };

/** A zone that does not answer for somebody, or forwarded names that get no answer, and the number of the verdict that there is instead. */
export type Fault<T extends Target = Target> = { readonly target: T; readonly verdict: number };

export function wantedZones({ model, classes, verdicts }: Walk): Wanted[] {
  return model.topology.zones.flatMap((zone) =>
    zone.kind === 'public'
      ? []
      : [{ zone, index: classes.indexOf.get(zone.name)!, own: verdicts.zone(zone) }],
  );
}

type ForwardedClass = { readonly target: Forwarded; readonly index: number };

/** The suffixes of the forwarding rules that no zone is named by, and the root: which zone is to answer them is not known. */
export function forwardedClasses({ model, classes }: Walk): ForwardedClass[] {
  const names = new Set<Name>(['.']);
  for (const tier of model.topology.forwarders)
    for (const { rules } of [tier, ...tier.views]) for (const { suffix } of rules) names.add(suffix);
  for (const { forwards } of model.plan.authorities) for (const { suffix } of forwards) names.add(suffix);
  for (const { kind, name } of model.topology.zones) if (kind !== 'public') names.delete(name);
  return Array.from(names, (name) => ({
    target: { kind: 'forwarded', name },
    index: classes.indexOf.get(name)!,
  }));
}

/** Forwarded names that get no answer from anywhere. That a tier forwards no such names is what it says, and no fault. */
export function deadEndsIn({ verdicts }: Walk, row: Row, forwarded: readonly ForwardedClass[]): Fault[] {
  return forwarded.flatMap(({ target, index }) => {
    const verdict = row.verdicts[index]!;
    const { disposition, by } = verdicts.of(verdict);
    const isDead =
      disposition === 'NO_ROUTE' ||
      disposition === 'LOOP' ||
      disposition === 'NO_RESOLVER' ||
      (disposition === 'REFUSED_BY' && by!.startsWith('resolvers/'));
    return isDead ? [{ target, verdict }] : [];
  });
}

export function groupNetworks(walked: Walk): Group[] {
  const groups = new Map<Row, string[]>();
  const names = walked.model.topology.networks.map(({ name }) => name).sort(compareTexts);
  for (const name of names) {
    const row = walked.rowOf(name);
    const networks = groups.get(row);
    if (networks) networks.push(name);
    else groups.set(row, [name]);
  }
  return Array.from(groups, ([row, networks]) => ({ row, networks }));
}

/**
 * What is not answered by the zone that is to answer it. Where several zones have one name, each is right for somebody: which of them answers whom is another
 * question. What is undecided is no fault that is known.
 */
export function faultsIn(
  walked: Walk,
  row: Row,
  wanted: readonly Wanted[],
  namesakes: Namesakes,
): Fault<Zone>[] {
  const { verdicts } = walked;
  return wanted.flatMap((each) => {
    const verdict = row.verdicts[each.index]!;
    if (verdict === each.own || verdicts.isUndecided(verdict)) return [];
    return namesakes(each, verdict) ? [] : [{ target: each.zone, verdict }];
  });
}

/** What cannot be told of zones and forwarded names: it depends on something that the topology does not say. */
export function undecidedIn(
  { verdicts }: Walk,
  row: Row,
  wanted: readonly Wanted[],
  forwarded: readonly ForwardedClass[],
): Fault[] {
  const all = [...wanted.map(({ zone, index }) => ({ target: zone, index })), ...forwarded];
  return all.flatMap(({ target, index }) => {
    const verdict = row.verdicts[index]!;
    return verdicts.isUndecided(verdict) ? [{ target, verdict }] : [];
  });
}

/** True where the verdict is that another zone of the same name answers. */
export type Namesakes = (wanted: Wanted, verdict: number) => boolean;

export function namesakesIn({ verdicts }: Walk, wanted: readonly Wanted[]): Namesakes {
  const byIndex = Map.groupBy(wanted, ({ index }) => index);
  return ({ index, zone }, verdict) => {
    const { disposition, zone: name } = verdicts.of(verdict);
    if (disposition === 'ANSWERED') return byIndex.get(index)!.some(({ own }) => own === verdict);
    return disposition === 'PUBLIC' && name === zone.name;
  };
}

/** The zones of `served`, which answer now, that do not once one more thing has failed; `after` is the row of who can be asked then. */
export function lostIn(walked: Walk, served: readonly Wanted[], after: Row, failure: number): Fault<Zone>[] {
  return served.flatMap((wanted) => {
    const verdict = verdictUnder(walked, after, wanted.index, failure);
    const isFault = verdict !== wanted.own && !walked.verdicts.isUndecided(verdict);
    return isFault ? [{ target: wanted.zone, verdict }] : [];
  });
}

/** The place of the class that a name belongs to. */
export function classOf({ classes }: Walk, name: Name): number {
  for (let at: Name = name; ; at = parentOf(at)!) {
    const index = classes.indexOf.get(at);
    if (index !== undefined) return index;
  }
}
