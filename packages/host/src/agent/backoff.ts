/** Milliseconds. */
const FIRST = 500;
const MOST = 30_000;

/**
 * How long to wait after so many failures in a row (1 and more), milliseconds: doubled each time and bounded, of which between a half and
 * all is waited, so that those who failed together do not try again together. `random`: from 0 to 1.
 */
export function backoff(failures: number, random: number): number {
  const longest = Math.min(MOST, FIRST * 2 ** Math.min(failures - 1, 16));
  return longest * (0.5 + random / 2);
}
