/** The time of a cloud, and what is to happen later in it. */
export type Clock = {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `action` once, in so many milliseconds or later. Gives what calls it off. */
  after(milliseconds: number, action: () => void): () => void;
};

/** The machine's own clock. What is set on it does not keep the process running. */
export const systemClock: Clock = {
  now: Date.now,
  after: (milliseconds, action) => {
    const timer = setTimeout(action, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};

export type ManualClock = Clock & {
  /** Moves the time on; what falls due happens at its own time and in its order. */
  advance(milliseconds: number): void;
};

/** A clock that stands until it is moved. */
export function manualClock(start: number): ManualClock {
  let now = start;
  let due: { at: number; action: () => void }[] = [];
  return {
    now: () => now,
    after: (milliseconds, action) => {
      const entry = { at: now + milliseconds, action };
      due.push(entry);
      return () => {
        due = due.filter((each) => each !== entry);
      };
    },
    advance: (milliseconds) => {
      const end = now + milliseconds;
      for (;;) {
        const next = due.reduce<(typeof due)[0] | undefined>(
          (first, each) => (each.at <= end && (!first || each.at < first.at) ? each : first),
          undefined,
        );
        if (!next) break;
        due = due.filter((each) => each !== next);
        now = Math.max(now, next.at);
        next.action();
      }
      now = end;
    },
  };
}
