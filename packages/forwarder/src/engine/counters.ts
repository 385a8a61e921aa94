/** What a worker counts. Each worker writes its own block of shared memory; the main thread adds them up. */

export const COUNTERS = [
  'queries',
  'queriesTcp',
  'cacheHits',
  'cacheMisses',
  'coalesced',
  'handedOver',
  'refusedClients',
  'refusedNames',
  'malformed',
  'servfails',
  'staleAnswers',
  'upstreamQueries',
  'upstreamTimeouts',
  'mismatched',
  'heldBack',
  'loops',
  'overloaded',
  'tcpRefused',
  'inFlight',
] as const;

type CounterName = (typeof COUNTERS)[number];
export type Counters = Record<CounterName, number>;

export function createCounters(): Counters {
  return Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counters;
}
