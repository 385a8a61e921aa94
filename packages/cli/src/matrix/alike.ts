import { type Verdict, type Walk, zoneNames } from '@pointsman/core/verify';

/** Networks for which every zone of the topology is the same, and what each zone is for them, in the order of `zoneNames`. */
export type Group = { networks: string[]; verdicts: Verdict[] };

export function groupAlike(walked: Walk): Group[] {
  const { classes, verdicts, model } = walked;
  const places = zoneNames(walked).map((name) => classes.indexOf.get(name)!);
  const groups = new Map<string, Group>();
  for (const { name } of model.topology.networks) {
    const row = walked.rowOf(name);
    const ids = places.map((index) => row.verdicts[index]!);
    const key = ids.join(' ');
    const group = groups.get(key);
    if (group) group.networks.push(name);
    else groups.set(key, { networks: [name], verdicts: ids.map(verdicts.of) });
  }
  return [...groups.values()];
}
