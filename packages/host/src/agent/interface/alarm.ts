import { setTimeout as delay } from 'node:timers/promises';

/** Lets one sleeper wait for a ring, which is kept where nobody waits. All sleeping ends when the signal aborts. Milliseconds. */
export type Alarm = {
  ring: () => void;
  /** Until it rings, or has rung; at most so long. */
  wait: (most: number) => Promise<void>;
  /** So long, whatever rings. */
  sleep: (time: number) => Promise<void>;
};

export function makeAlarm(signal: AbortSignal): Alarm {
  let rung = Promise.withResolvers<void>();
  const sleep = (time: number, until: AbortSignal) =>
    delay(time, undefined, { signal: until }).catch(() => {});
  return {
    ring: () => rung.resolve(),
    wait: async (most) => {
      const waiting = new AbortController();
      await Promise.race([rung.promise, sleep(most, AbortSignal.any([signal, waiting.signal]))]);
      waiting.abort();
      rung = Promise.withResolvers();
    },
    sleep: (time) => sleep(time, signal),
  };
}
