import { parseEndpoint } from '@pointsman/core/address';
import type { Topology } from '@pointsman/core/topology';
import type { World, WorldMember } from '@pointsman/lab';
import { type NameOf, namesIn } from './names.ts';

/** How a world is at one moment. */
export type WorldStatus = {
  /** Undefined where no member has told figures of its own: agents keep theirs on their machines. */
  load: WorldLoad | undefined;
  tiers: TierStatus[];
};

export type WorldLoad = {
  queriesPerSecond: number;
  /** Of the questions of the last seconds, 0 to 1; undefined where there were none. */
  cacheHitShare: number | undefined;
  /** All since the start. */
  queries: number;
};

export type TierStatus = {
  name: string;
  members: { name: string; state: 'up' | 'down'; reason: string }[];
  /** `endpoint`: `IP:PORT`; `who`: what it is in the topology. Up where one member at least finds it up. */
  upstreams: { endpoint: string; who: string; state: 'up' | 'down' | 'unknown'; reason: string }[];
};

type Sample = { at: number; queries: number; hits: number; misses: number };
type Stats = NonNullable<Awaited<ReturnType<WorldMember['stats']>>>;

/** Rates are over this many samples. */
const WINDOW = 5;

/** Looks at a world from time to time; rates are those of the last few looks. */
export function makeObserver(world: World, topology: Topology): () => Promise<WorldStatus> {
  /** Counts of members that died stay in the sum. */
  const last = new Map<WorldMember, Stats>();
  const samples: Sample[] = [];
  const nameOf = namesIn(world.plan, topology);
  return async () => {
    const living = new Map<WorldMember, Stats>();
    await Promise.all(
      world.members.map(async (member) => {
        const stats = await member.stats();
        if (!stats) return;
        last.set(member, stats);
        living.set(member, stats);
      }),
    );
    const tiers = tiersOf(world, living, nameOf);
    if (last.size === 0) return { load: undefined, tiers };
    const sum = (count: (stats: Stats) => number) =>
      [...last.values()].reduce((total, stats) => total + count(stats), 0);
    const now = {
      at: performance.now(),
      queries: sum((stats) => stats.queries),
      hits: sum((stats) => stats.cacheHits),
      misses: sum((stats) => stats.cacheMisses),
    };
    samples.push(now);
    if (samples.length > WINDOW) samples.shift();
    const first = samples[0]!;
    const asked = now.hits - first.hits + now.misses - first.misses;
    const queriesPerSecond =
      now.at === first.at ? 0 : ((now.queries - first.queries) * 1000) / (now.at - first.at);
    const cacheHitShare = asked > 0 ? (now.hits - first.hits) / asked : undefined;
    return { load: { queriesPerSecond, cacheHitShare, queries: now.queries }, tiers };
  };
}

function tiersOf(world: World, living: ReadonlyMap<WorldMember, Stats>, nameOf: NameOf): TierStatus[] {
  const tiers = Map.groupBy(world.members, ({ forwarder }) => forwarder.name.split('/')[0]!);
  return [...tiers].map(([name, members]) => ({
    name,
    members: members.map((member) => {
      const reason = member.death();
      const state = reason === undefined ? ('up' as const) : ('down' as const);
      return { name: member.forwarder.name.slice(name.length + 1), state, reason: reason ?? '' };
    }),
    upstreams: mergeUpstreams(
      members.flatMap((member) => living.get(member)?.upstreams ?? []),
      (address) => nameOf(address, members[0]!.forwarder.network),
    ),
  }));
}

function mergeUpstreams(
  seen: Stats['upstreams'],
  nameOf: (address: string) => string | undefined,
): TierStatus['upstreams'] {
  const rank = { up: 2, down: 1, unknown: 0 };
  const merged = new Map<string, TierStatus['upstreams'][number]>();
  for (const { endpoint, state, reason } of seen) {
    const known = merged.get(endpoint);
    if (known && rank[state] <= rank[known.state]) continue;
    const who = nameOf(parseEndpoint(endpoint)!.address) ?? 'somebody';
    merged.set(endpoint, { endpoint, who, state, reason });
  }
  return [...merged.values()];
}
