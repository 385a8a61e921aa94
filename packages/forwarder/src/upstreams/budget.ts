/**
 * Packets a second to an upstream that drops what is over its limit: a VPC resolver takes 1,024 from a network interface (Amazon VPC user
 * guide, "DNS quotas"). A bucket of BURST tokens, kept as the time at which it will be full again (the generic cell rate algorithm,
 * ITU-T I.371), in one word that all workers share: no second of any alignment ever has more than the limit, whatever they do at once.
 */
const ROUND_MS = 100;
/** The share of a second's packets that may go at once. */
const BURST_SHARE = 1 / 11;
/** A query over TCP, with its handshake and its end, takes this many packets. */
export const TCP_PACKETS = 6;
/** What is counted in a second and a little: workers read their clocks once a batch, and send at its end. */
const WINDOW_MICROSECONDS = 1_020_000;

export type Budget = {
  /** Takes `packets`, TCP_PACKETS at most, or none: then false. `now` in milliseconds on the clock that all workers share. */
  take(packets: number, now: number): boolean;
  /** When to try again: all who wait try at the same times, a tenth of a second apart, so that waiting costs little. */
  nextRound(now: number): number;
  /** How many packets may go in the next `ms` milliseconds, at the most. */
  within(ms: number): number;
};

/** Memory that the workers share for one upstream. */
export function createBudgetMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(4);
}

/** `packetsPerSecond`: 10 to 1,000,000. */
export function openBudget(memory: SharedArrayBuffer, packetsPerSecond: number): Budget {
  /** Microseconds, modulo 2^32. */
  const fullAt = new Int32Array(memory);
  const burst = Math.max(TCP_PACKETS, Math.floor(packetsPerSecond * BURST_SHARE));
  // In a window W there go at most burst - 1 + W / interval.
  const interval = Math.ceil(WINDOW_MICROSECONDS / (packetsPerSecond - burst + 1));
  const depth = burst * interval;

  return {
    take(packets, now) {
      const at = Math.floor(now * 1000) | 0;
      for (;;) {
        const seen = Atomics.load(fullAt, 0);
        let owed = (seen - at) | 0;
        // Full already; or so long ago that the number has come round.
        if (owed < 0 || owed > 2 * depth) owed = 0;
        if (owed + packets * interval > depth) return false;
        const next = (at + owed + packets * interval) | 0;
        if (Atomics.compareExchange(fullAt, 0, seen, next) === seen) return true;
      }
    },
    within: (ms) => Math.floor((packetsPerSecond * ms) / 1000),
    nextRound(now) {
      return (Math.floor(now / ROUND_MS) + 1) * ROUND_MS;
    },
  };
}
