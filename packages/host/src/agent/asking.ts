/** Pauses that end early when somebody asks for it (SIGHUP: look at the sources now). */
export type Asking = {
  ask: () => void;
  /** Resolves after so many milliseconds, when somebody asks, or at the signal. */
  pauseUntil: (signal: AbortSignal) => (milliseconds: number) => Promise<void>;
};

export function makeAsking(): Asking {
  const waiting = new Set<() => void>();
  return {
    ask: () => {
      for (const each of waiting) each();
    },
    pauseUntil: (signal) => (milliseconds) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, milliseconds);
      waiting.add(resolve);
      const end = () => resolve();
      signal.addEventListener('abort', end);
      if (signal.aborted) resolve();
      return promise.finally(() => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        waiting.delete(resolve);
      });
    },
  };
}
