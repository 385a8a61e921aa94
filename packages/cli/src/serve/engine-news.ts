import { setTimeout as wait } from 'node:timers/promises';
import type { Engine, EngineMetrics } from '@pointsman/host';

/** What an operator wants to know of an engine that serves. Where all is well there is none. */
export type News = { event: 'upstream' | 'counters'; text: string; details: object };

/** Milliseconds between two looks. */
const INTERVAL = 5000;
/** Milliseconds that have to pass before counters are told again. */
const COUNTERS_PAUSE = 60_000;

/** Counters that move where something is not as it should be, and what one of each is. */
const TROUBLES = [
  ['heldBack', 'query held back by a packet budget', 'queries held back by packet budgets'],
  ['overloaded', 'query refused for want of room', 'queries refused for want of room'],
  ['staleAnswers', 'stale answer', 'stale answers'],
  ['tcpRefused', 'TCP connection closed for want of room', 'TCP connections closed for want of room'],
  ['mismatched', 'response that fits no query', 'responses that fit no query'],
] as const;

/** Tells the news of an engine until the signal. */
export async function tellNews(
  engine: Engine,
  tell: (news: News) => void,
  signal: AbortSignal,
): Promise<void> {
  const newsOf = makeNewsReader();
  while (!signal.aborted) {
    // An engine that cannot say how it is tells that otherwise: by its failure, or its log.
    const metrics = await engine.metrics().catch(() => undefined);
    if (signal.aborted) return;
    if (metrics) for (const news of newsOf(metrics, performance.now())) tell(news);
    await wait(INTERVAL, undefined, { signal }).catch(() => {});
  }
}

/** What is new in the metrics since those before. `now`: milliseconds. */
export function makeNewsReader(): (metrics: EngineMetrics, now: number) => News[] {
  const down = new Set<string>();
  let told: { at: number; counts: number[] } | undefined;
  const upstreamNews = (upstreams: EngineMetrics['upstreams']): News[] => {
    const known = new Set(upstreams.map(({ endpoint }) => endpoint));
    for (const endpoint of down) if (!known.has(endpoint)) down.delete(endpoint);
    return upstreams.flatMap(({ endpoint, state, reason }): News[] => {
      if (state === 'unknown' || (state === 'down') === down.has(endpoint)) return [];
      if (state === 'down') down.add(endpoint);
      else down.delete(endpoint);
      const text = state === 'down' ? `is down: ${reason}` : 'is up again';
      const details = { endpoint, state, ...(state === 'down' && { reason }) };
      return [{ event: 'upstream', text: `upstream ${endpoint} ${text}`, details }];
    });
  };
  const counterNews = (metrics: EngineMetrics, now: number): News[] => {
    const counts = TROUBLES.map(([name]) => metrics[name] ?? 0);
    const before = told?.counts ?? counts.map(() => 0);
    if (told && now - told.at < COUNTERS_PAUSE) return [];
    const moved = TROUBLES.flatMap(([name, one, many], index) => {
      const more = counts[index]! - before[index]!;
      return more > 0 ? [{ name, more, text: `${more} ${more === 1 ? one : many}` }] : [];
    });
    if (moved.length === 0) return [];
    told = { at: now, counts };
    const details = Object.fromEntries(moved.map(({ name, more }) => [name, more]));
    return [{ event: 'counters', text: moved.map(({ text }) => text).join(', '), details }];
  };
  return (metrics, now) => [...upstreamNews(metrics.upstreams), ...counterNews(metrics, now)];
}
