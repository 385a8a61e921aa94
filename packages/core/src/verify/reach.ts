import type { Topology } from '../topology/topology.ts';
import type { WorldRules } from './model.ts';

/**
 * How packets get from one network to another. Links are not transitive: nothing crosses a VPC from one link to another one (a peering of a peering, the
 * VPN behind a peering), for a VPC routes no packets that are not its own. https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
 * Whether a site's routers carry packets from one of its links to another is the site's business, and the topology does not say it.
 */
export type Route =
  | { readonly kind: 'inside' }
  /** Any one of these links will do; they are indices in the topology's list. */
  | { readonly kind: 'links'; readonly links: readonly number[] }
  /** `through`: networks that have links with both, where there are any. */
  | { readonly kind: 'none'; readonly because: string; readonly through: readonly string[] }
  | { readonly kind: 'unsaid'; readonly because: string };

export type Reach = {
  /** The route from one network to another, over links that carry DNS over UDP. */
  between: (from: string, to: string) => Route;
  /** The links that join two networks, whatever they let through. */
  linksBetween: (one: string, other: string) => readonly number[];
};

const INSIDE: Route = { kind: 'inside' };

/** The links of a topology, ready for look-up. */
type Links = {
  readonly isSite: (network: string) => boolean;
  readonly carriesDns: (link: number) => boolean;
  readonly between: (one: string, other: string) => number[];
  /** Networks next to one, over links that carry DNS. */
  readonly neighbours: (name: string) => Set<string>;
};

export function makeReach(topology: Topology, world: WorldRules): Reach {
  const links = indexLinks(topology);
  const known = new Map<string, Route>();
  return {
    linksBetween: links.between,
    between: (from, to) => {
      if (from === to || world === 'loopback') return INSIDE;
      const key = `${from} ${to}`;
      let route = known.get(key);
      if (!route) {
        const open = links.between(from, to).filter(links.carriesDns);
        route = open.length > 0 ? { kind: 'links', links: open } : explain(links, from, to);
        known.set(key, route);
      }
      return route;
    },
  };
}

function indexLinks({ networks, links }: Topology): Links {
  const linksOf = new Map<string, number[]>(networks.map(({ name }) => [name, []]));
  for (const [index, { between }] of links.entries()) {
    for (const name of new Set(between)) linksOf.get(name)?.push(index);
  }
  const sites = new Set(networks.filter(({ kind }) => kind === 'site').map(({ name }) => name));
  const carriesDns = (link: number) => links[link]!.port53.includes('udp');
  return {
    isSite: (network) => sites.has(network),
    carriesDns,
    between: (one, other) => {
      const [few, many] = [linksOf.get(one)!, linksOf.get(other)!].sort((a, b) => a.length - b.length);
      return few!.filter((link) => many!.includes(link));
    },
    neighbours: (name) =>
      new Set(linksOf.get(name)!.flatMap((link) => (carriesDns(link) ? links[link]!.between : []))),
  };
}

/** Why no link carries DNS from one network to another. */
function explain(links: Links, from: string, to: string): Route {
  if (links.between(from, to).length > 0) {
    const because = `the link between ${from} and ${to} does not let DNS over UDP through`;
    return { kind: 'none', because, through: [] };
  }
  const path = pathThroughSites(links, from, to);
  if (path) {
    const because = `no link joins ${from} and ${to}, and the topology does not say whether ${path.join(', ')} carries packets between its links`;
    return { kind: 'unsaid', because };
  }
  const near = links.neighbours(to);
  const through = [...links.neighbours(from)].filter(
    (name) => name !== from && name !== to && near.has(name),
  );
  const because =
    through.length > 0
      ? `no link joins ${from} and ${to}; both have one with ${through.slice(0, 3).join(', ')}, but a VPC carries no packets between its links`
      : `no link joins ${from} and ${to}`;
  return { kind: 'none', because, through };
}

/** The sites on a way from one network to the other that crosses nothing but sites. */
function pathThroughSites({ isSite, neighbours }: Links, from: string, to: string): string[] | undefined {
  const before = new Map<string, string>();
  const queue = [from];
  for (const at of queue) {
    for (const next of neighbours(at)) {
      if (next === from || before.has(next)) continue;
      before.set(next, at);
      if (next !== to) {
        if (isSite(next)) queue.push(next);
        continue;
      }
      const path: string[] = [];
      for (let name = at; name !== from; name = before.get(name)!) path.unshift(name);
      return path;
    }
  }
  return undefined;
}
