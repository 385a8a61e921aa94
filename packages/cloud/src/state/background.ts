import type { Clock } from '../clock/clock.ts';

/** What goes on after a call was answered: attachments that come about, machines that boot. */
export type Background = {
  /** Runs an action in so many milliseconds: at once for 0. A failure of it goes to `onFailure`. */
  later(milliseconds: number, what: string, action: () => Promise<void>): void;
  /** Resolves when nothing runs, and nothing but the clock is waited for. */
  settled(): Promise<void>;
  /** Calls off what waits for the clock, and resolves when nothing runs any more. */
  stop(): Promise<void>;
};

export function startBackground(
  { after }: Clock,
  onFailure: (error: unknown, what: string) => void,
): Background {
  const running = new Set<Promise<void>>();
  const waiting = new Set<() => void>();
  let isStopped = false;
  const run = (what: string, action: () => Promise<void>) => {
    if (isStopped) return;
    const done = Promise.resolve()
      .then(action)
      .catch((error: unknown) => onFailure(error, what))
      .finally(() => running.delete(done));
    running.add(done);
  };
  const settled = async () => {
    while (running.size > 0) await Promise.all(running);
  };
  return {
    later: (milliseconds, what, action) => {
      if (milliseconds <= 0) return run(what, action);
      const callOff = after(milliseconds, () => {
        waiting.delete(callOff);
        run(what, action);
      });
      waiting.add(callOff);
    },
    settled,
    stop: async () => {
      isStopped = true;
      for (const callOff of waiting) callOff();
      waiting.clear();
      await settled();
    },
  };
}
