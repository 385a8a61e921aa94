import type { Name } from '../../dns/name.ts';
import { parentOf } from '../../dns/name.ts';
import type { Zone } from '../../topology/topology.ts';
import type { Row } from '../cells.ts';
import { verdictUnder, type Walk } from '../walk.ts';
import { compareTexts } from './finding.ts';

/** A zone that somebody is to answer, the place of its class in a row, and the number of the verdict that it answers itself. */
export type Wanted = { readonly zone: Zone; readonly index: number; readonly own: number };

/** Networks that share a row, sorted. */
export type Group = { readonly row: Row; readonly networks: string[] };

/** A zone that does not answer for somebody, and the number of the verdict that there is instead. */
export type Fault = { readonly wanted: Wanted; readonly verdict: number };

export function wantedZones({ model, classes, verdicts }: Walk): Wanted[] {
  return model.topology.zones.flatMap((zone) =>
    zone.kind === 'public'
      ? []
      : [{ zone, index: classes.indexOf.get(zone.name)!, own: verdicts.zone(zone) }],
  );
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
export function faultsIn(walked: Walk, row: Row, wanted: readonly Wanted[], namesakes: Namesakes): Fault[] {
  const { verdicts } = walked;
  return wanted.flatMap((each) => {
    const verdict = row.verdicts[each.index]!;
    if (verdict === each.own || verdicts.isUndecided(verdict)) return [];
    return namesakes(each, verdict) ? [] : [{ wanted: each, verdict }];
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
export function lostIn(walked: Walk, served: readonly Wanted[], after: Row, failure: number): Fault[] {
  return served.flatMap((wanted) => {
    const verdict = verdictUnder(walked, after, wanted.index, failure);
    return verdict === wanted.own || walked.verdicts.isUndecided(verdict) ? [] : [{ wanted, verdict }];
  });
}

/** The place of the class that a name belongs to. */
export function classOf({ classes }: Walk, name: Name): number {
  for (let at: Name = name; ; at = parentOf(at)!) {
    const index = classes.indexOf.get(at);
    if (index !== undefined) return index;
  }
}
