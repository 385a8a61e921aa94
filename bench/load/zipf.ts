/**
 * `count` draws from 0 … `population` − 1 by Zipf's law with exponent 1: the n-th most popular is drawn half as often as the
 * (n/2)-th. The same seed gives the same draws, so that every server is asked the same names in the same order.
 */
export function zipfDraws(count: number, population: number, seed: number): Uint32Array {
  const cumulative = new Float64Array(population);
  let sum = 0;
  for (let rank = 0; rank < population; rank++) {
    sum += 1 / (rank + 1);
    cumulative[rank] = sum;
  }
  const random = randomNumbers(seed);
  return Uint32Array.from({ length: count }, () => firstAtLeast(cumulative, random() * sum));
}

/** The share of the draws after the first `skip` that an unbounded cache, filled by all before, has already. */
export function hitShare(draws: Uint32Array, skip: number): number {
  const seen = new Set(draws.subarray(0, skip));
  let hits = 0;
  for (const draw of draws.subarray(skip)) {
    if (seen.has(draw)) hits++;
    else seen.add(draw);
  }
  return hits / (draws.length - skip);
}

/** Numbers in [0, 1) that a seed decides (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
