/** Monotonic time in milliseconds since an origin that all workers share; read once per batch, not per packet. */
export type Clock = {
  now: number;
  /** Whole seconds, for lifetimes in the cache. */
  seconds: number;
  tick(): void;
};

/** Milliseconds of the system's monotonic clock: the same for all threads. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

export function createClock(origin: number): Clock {
  const offset = monotonicMs() - performance.now() - origin;
  const clock: Clock = {
    now: 0,
    seconds: 0,
    tick() {
      clock.now = performance.now() + offset;
      clock.seconds = Math.floor(clock.now / 1000);
    },
  };
  clock.tick();
  return clock;
}
