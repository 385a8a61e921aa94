import type { ForwarderConfig } from '../../config/index.ts';
import type { BindPlace } from './place.ts';

/** What is kept, for how long, and how long a client waits before it has something of it. */

/** BIND tries for ten seconds at least before it gives up, and for thirty at most (Administrator Reference Manual, `resolver-query-timeout`). */
const LEAST_QUERY_TIMEOUT = 10_000;
const MOST_QUERY_TIMEOUT = 30_000;
/** A client gets a stale answer after this part of the deadline, so that it has it in time. */
const STALE_SHARE = 0.9;
/** BIND makes a smaller cache this large. */
export const LEAST_CACHE_BYTES = 2 ** 21;

/** Each view has a cache of its own. Times are in seconds and, of the two with "timeout" in their names, in milliseconds. */
export function cacheLines(config: ForwarderConfig, views: number, place: BindPlace): string[] {
  return [
    ...(views === 1 ? [] : [`// For each of ${views} views.`]),
    `max-cache-size ${Math.max(LEAST_CACHE_BYTES, Math.floor(config.cache.bytes / views))};`,
    'max-cache-ttl 86400;',
    'servfail-ttl 2;',
    '// Stale answers where no upstream gives one in time (RFC 8767), never otherwise.',
    'stale-cache-enable yes;',
    'stale-answer-enable yes;',
    ...staleTimeoutLines(config, place),
    'max-stale-ttl 86400;',
    `resolver-query-timeout ${queryTimeoutOf(config)};`,
  ];
}

/** Milliseconds until BIND gives up. */
export function queryTimeoutOf({ deadline }: ForwarderConfig): number {
  return Math.min(MOST_QUERY_TIMEOUT, Math.max(LEAST_QUERY_TIMEOUT, deadline));
}

/** From 9.19 on every number but 0 is taken for 0, which is a stale answer for every name whose TTL is over. */
function staleTimeoutLines(config: ForwarderConfig, { timedStaleAnswers }: BindPlace): string[] {
  const timeout = Math.round(Math.min(config.deadline * STALE_SHARE, queryTimeoutOf(config) - 1000));
  if (timedStaleAnswers) return [`stale-answer-client-timeout ${timeout};`];
  return [
    `// BIND 9.18 alone could have ${timeout} here, and be in time; a later one makes 0 of any number, which is a stale answer always.`,
    'stale-answer-client-timeout off;',
  ];
}
