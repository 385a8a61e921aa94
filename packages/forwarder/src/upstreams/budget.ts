/**
 * Packets a second to an upstream that drops what is over its limit: a VPC resolver takes 1,024 from a network interface (Amazon VPC user
 * guide, "DNS quotas"). Counted in slices of a tenth of a second, shared by all workers; any second touches at most eleven slices,
 * so a slice may have an eleventh of the limit, and no second ever has more than the limit.
 */
const SLICE_MS = 100;
const SLICES = 11;

export type Budget = {
  /** Takes `packets`; false where the slice has no more. `now` in milliseconds on the clock that all workers share. */
  take(packets: number, now: number): boolean;
  /** When the next slice begins. */
  nextSlice(now: number): number;
};

/** Memory that the workers share for one upstream. */
export function createBudgetMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(8);
}

export function openBudget(memory: SharedArrayBuffer, packetsPerSecond: number): Budget {
  const words = new Int32Array(memory);
  const limit = Math.max(1, Math.floor(packetsPerSecond / SLICES));
  return {
    take(packets, now) {
      const slice = Math.floor(now / SLICE_MS) | 0;
      const seen = Atomics.load(words, 0);
      // The worker that moves the slice on also empties the count; between the two another can only find it too full.
      if (seen !== slice && Atomics.compareExchange(words, 0, seen, slice) === seen)
        Atomics.store(words, 1, 0);
      if (Atomics.add(words, 1, packets) + packets <= limit) return true;
      Atomics.sub(words, 1, packets);
      return false;
    },
    nextSlice(now) {
      return (Math.floor(now / SLICE_MS) + 1) * SLICE_MS;
    },
  };
}
