import { median, medianSlope } from '../measure/statistics.ts';

/**
 * When memory counts as flat. The first half of the samples is left out: in it the cache and the heaps fill. The second half is
 * divided into ten parts, and the lowest sample of each taken: what a garbage collector cannot free is a leak, what it has not
 * freed yet is not. Through these ten goes a line (Theil and Sen), and by it memory may grow over the half by 8 MiB or by 5 % of
 * its median, whichever is more. The bound is for the whole half, so it is the stricter the longer the soak: in 30 minutes at
 * 10,000 queries a second it catches a leak of one byte a query.
 */

export type Sample = { seconds: number; residentBytes: number };
export type Flatness = { flat: boolean; grownBytes: number; allowedBytes: number; medianBytes: number };

const PARTS = 10;

/** Expects at least 20 samples in the order of time. */
export function judgeFlatness(samples: readonly Sample[]): Flatness {
  const half = samples.slice(samples.length >> 1);
  const lowest = Array.from({ length: PARTS }, (_, part) =>
    half
      .slice(Math.floor((part * half.length) / PARTS), Math.floor(((part + 1) * half.length) / PARTS))
      .reduce((low, sample) => (sample.residentBytes < low.residentBytes ? sample : low)),
  );
  const slope = medianSlope(lowest.map(({ seconds, residentBytes }) => [seconds, residentBytes]));
  const grownBytes = slope * (half.at(-1)!.seconds - half[0]!.seconds);
  const medianBytes = median(half.map(({ residentBytes }) => residentBytes));
  const allowedBytes = Math.max(8 * 2 ** 20, 0.05 * medianBytes);
  return { flat: grownBytes <= allowedBytes, grownBytes, allowedBytes, medianBytes };
}
