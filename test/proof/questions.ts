import { parseName } from '@pointsman/core/dns';
import { planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import { buildModel, classesOf, type WorldRules } from '@pointsman/core/verify';

export type Question = { name: string; type: string };

/** Names of every class: the class's own name, what its records have, what is not there, and deeper than anything. */
export function questionsFor(topology: Topology, world: WorldRules = 'loopback'): Question[] {
  const classes = classesOf(buildModel(topology, planTopology(topology), { world }));
  const names = new Set<string>();
  for (const name of classes.names) {
    const below = (labels: string) => (name === '.' ? `${labels}.` : `${labels}.${name}`);
    if (name !== '.') names.add(name);
    for (const labels of ['host', 'alias', 'nobody', 'x.y']) names.add(below(labels));
  }
  for (const zone of topology.zones) for (const each of zone.records) names.add(each.name);
  const plain = [...names].filter((name) => !name.startsWith('*.')).map(parseName);
  return plain.flatMap((name) => [
    { name, type: 'A' },
    ...(name.startsWith('only') || name.startsWith('other') ? [{ name, type: 'TXT' }] : []),
    ...(name.startsWith('alias') ? [{ name, type: 'CNAME' }] : []),
  ]);
}
