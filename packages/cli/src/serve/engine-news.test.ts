import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineMetrics } from '@pointsman/host';
import { makeNewsReader } from './engine-news.ts';

const MINUTE = 60_000;

test('where all is well there is no news', () => {
  const newsOf = makeNewsReader();
  assert.deepEqual(newsOf(metrics({}, ['unknown', 'up']), 0), []);
  assert.deepEqual(newsOf(metrics({ queries: 900, cacheHits: 800 }, ['up', 'up']), 10 * MINUTE), []);
});

test('an upstream that goes down is told once, with the reason, and again when it is back', () => {
  const newsOf = makeNewsReader();
  const texts = (...states: State[]) => newsOf(metrics({}, states), 0).map(({ text }) => text);
  assert.deepEqual(texts('down', 'up'), ['upstream 10.0.0.0:53 is down: no answer']);
  assert.deepEqual(texts('down', 'up'), []);
  assert.deepEqual(texts('unknown', 'up'), []);
  assert.deepEqual(newsOf(metrics({}, ['up', 'down']), 0), [
    {
      event: 'upstream',
      text: 'upstream 10.0.0.0:53 is up again',
      details: { endpoint: '10.0.0.0:53', state: 'up' },
    },
    {
      event: 'upstream',
      text: 'upstream 10.0.0.1:53 is down: no answer',
      details: { endpoint: '10.0.0.1:53', state: 'down', reason: 'no answer' },
    },
  ]);
});

test('an upstream that a reload takes away is forgotten', () => {
  const newsOf = makeNewsReader();
  newsOf(metrics({}, ['down']), 0);
  newsOf(metrics({}, []), 0);
  assert.deepEqual(newsOf(metrics({}, ['up']), 0), []);
});

test('counters of trouble are told at once, and then once a minute at most, with all since', () => {
  const newsOf = makeNewsReader();
  assert.deepEqual(newsOf(metrics({ heldBack: 1 }), 0), [
    { event: 'counters', text: '1 query held back by a packet budget', details: { heldBack: 1 } },
  ]);
  assert.deepEqual(newsOf(metrics({ heldBack: 5, staleAnswers: 2 }), MINUTE - 1), []);
  const [news] = newsOf(metrics({ heldBack: 6, staleAnswers: 3 }), MINUTE);
  assert.equal(news!.text, '5 queries held back by packet budgets, 3 stale answers');
  assert.deepEqual(news!.details, { heldBack: 5, staleAnswers: 3 });
  assert.deepEqual(newsOf(metrics({ heldBack: 6, staleAnswers: 3 }), 3 * MINUTE), []);
});

type State = 'unknown' | 'up' | 'down';

function metrics(counters: Partial<EngineMetrics>, states: readonly State[] = []): EngineMetrics {
  const names = [
    'queries',
    'queriesTcp',
    'cacheHits',
    'cacheMisses',
    'servfails',
    'staleAnswers',
    'upstreamQueries',
    'upstreamTimeouts',
    'mismatched',
    'inFlight',
    'cacheEntries',
    'cacheBytes',
    'refused',
  ] as const;
  const counts = { sent: 0, answered: 0, timeouts: 0, errors: 0, heldBack: 0 };
  const upstreams = states.map((state, index) => {
    const reason = state === 'down' ? 'no answer' : '';
    return { endpoint: `10.0.0.${index}:53`, state, reason, rttMs: undefined, ...counts };
  });
  const zeros = Object.fromEntries(names.map((name) => [name, 0])) as Record<(typeof names)[number], number>;
  return { ...zeros, upstreams, ...counters };
}
