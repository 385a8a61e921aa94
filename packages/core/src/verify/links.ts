import type { Link } from '../topology/topology.ts';

/** A transit gateway is named by its first networks: it may join a thousand. */
const NAMED_NETWORKS = 3;

/**
 * What links are called: `shared-orders`, the networks in the order of the file. Where several links join the same networks, the later ones have
 * their kind behind that (`shared-sydney-vpn`), then a number.
 */
export function nameLinks(links: readonly Link[]): string[] {
  const taken = new Set<string>();
  return links.map(({ kind, between }) => {
    const more = between.length - NAMED_NETWORKS;
    const base = between.slice(0, NAMED_NETWORKS).join('-') + (more > 0 ? `-and-${more}-more` : '');
    let name = taken.has(base) ? `${base}-${kind}` : base;
    for (let number = 2; taken.has(name); number++) name = `${base}-${kind}-${number}`;
    taken.add(name);
    return name;
  });
}

/** The place in `links` of the one that is called `name`, from either end; -1 where there is none. */
export function findLink(links: readonly Link[], name: string): number {
  const exact = nameLinks(links).indexOf(name);
  if (exact >= 0) return exact;
  return links.findIndex(({ between }) => between.length === 2 && `${between[1]}-${between[0]}` === name);
}
