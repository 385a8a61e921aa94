import type { Topology } from '../../topology/topology.ts';

/** True where two networks are joined by a link, or both are joined to a third one: somebody could send to either. */
export type Joined = (a: string, b: string) => boolean;

export function joinedIn(topology: Topology): Joined {
  const linksOf = new Map<string, number[]>();
  for (const [index, { between }] of topology.links.entries()) {
    for (const name of between) {
      const own = linksOf.get(name);
      if (own) own.push(index);
      else linksOf.set(name, [index]);
    }
  }
  const reached = new Map<string, Set<number>>();
  const reachOf = (name: string): Set<number> => {
    let links = reached.get(name);
    if (!links) {
      links = new Set();
      for (const own of linksOf.get(name) ?? []) {
        for (const other of topology.links[own]!.between)
          for (const link of linksOf.get(other)!) links.add(link);
      }
      reached.set(name, links);
    }
    return links;
  };
  return (a, b) => {
    const links = reachOf(a);
    return (linksOf.get(b) ?? []).some((link) => links.has(link));
  };
}
