import { get } from 'node:http';
import type { EngineMetrics } from '../engine.ts';

/** What named counts, by our names. */
export type NamedCounts = Omit<EngineMetrics, 'upstreams' | 'cacheBytes'>;

type Counters = Record<string, number>;
/** What we read of `/json/v1/server`, the statistics channel of BIND 9.18. Counters of zero may be missing. */
export type ServerStatistics = {
  nsstats?: Counters;
  rcodes?: Counters;
  views?: Record<string, { resolver?: { stats?: Counters; cache?: Counters; cachestats?: Counters } }>;
};

const PATIENCE = 5000;

/** Undefined where nobody answers there. */
export function readStatistics(address: string, port: number): Promise<ServerStatistics | undefined> {
  return new Promise((resolve) => {
    const options = { host: address, port, path: '/json/v1/server', timeout: PATIENCE, agent: false };
    const request = get(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', () => resolve(undefined));
      response.on('end', () => {
        try {
          resolve(response.statusCode === 200 ? (JSON.parse(text) as ServerStatistics) : undefined);
        } catch {
          resolve(undefined);
        }
      });
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

export function countsOf({ nsstats = {}, rcodes = {}, views = {} }: ServerStatistics): NamedCounts {
  const resolvers = Object.values(views).map(({ resolver = {} }) => resolver);
  const sum = (part: 'stats' | 'cache' | 'cachestats', ...names: string[]) =>
    resolvers.reduce(
      (total, resolver) => total + names.reduce((some, name) => some + (resolver[part]?.[name] ?? 0), 0),
      0,
    );
  const server = (...names: string[]) => names.reduce((total, name) => total + (nsstats[name] ?? 0), 0);
  return {
    queries: server('Requestv4', 'Requestv6'),
    queriesTcp: server('QryTCP'),
    cacheHits: sum('cachestats', 'QueryHits'),
    cacheMisses: sum('cachestats', 'QueryMisses'),
    refused: rcodes.REFUSED ?? 0,
    servfails: rcodes.SERVFAIL ?? 0,
    staleAnswers: server('QryUsedStale'),
    upstreamQueries: sum('stats', 'Queryv4', 'Queryv6'),
    upstreamTimeouts: sum('stats', 'QueryTimeout'),
    mismatched: sum('stats', 'Mismatch'),
    inFlight: server('RecursClients'),
    cacheEntries: resolvers.reduce((total, { cache = {} }) => total + liveEntries(cache), 0),
  };
}

/** Record sets and what is known not to be (`!A`), without those that are stale (`#`) or about to be removed (`~`). */
function liveEntries(cache: Counters): number {
  return Object.entries(cache)
    .filter(([type]) => !/^[#~]/.test(type))
    .reduce((total, [, count]) => total + count, 0);
}

/** Two runs of named, as if they were one; what is a level and no count is that of the later. */
export function addCounts(earlier: NamedCounts, later: NamedCounts): NamedCounts {
  const levels: (keyof NamedCounts)[] = ['inFlight', 'cacheEntries'];
  const keys = Object.keys(later) as (keyof NamedCounts)[];
  return Object.fromEntries(
    keys.map((key) => [key, levels.includes(key) ? later[key] : (earlier[key] ?? 0) + (later[key] ?? 0)]),
  ) as NamedCounts;
}

export const NO_COUNTS: NamedCounts = countsOf({});
