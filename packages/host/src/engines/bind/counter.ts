import { addCounts, countsOf, type NamedCounts, NO_COUNTS, type ServerStatistics } from './statistics.ts';

/** Adds the counts of all nameds there have been: each begins with none. */
export type Counter = { read: () => Promise<NamedCounts> };

/** `generation`: how many there have been; `statistics`: of the one that runs now, undefined where none does. */
export function makeCounter(
  generation: () => number,
  statistics: () => Promise<ServerStatistics | undefined>,
): Counter {
  let counted = 1;
  let before = NO_COUNTS;
  let latest = NO_COUNTS;
  return {
    read: async () => {
      const found = await statistics();
      const now = generation();
      if (now !== counted) {
        before = addCounts(before, latest);
        latest = NO_COUNTS;
        counted = now;
      }
      if (found) latest = countsOf(found);
      return addCounts(before, latest);
    },
  };
}
