import { setTimeout as wait } from 'node:timers/promises';
import type { EngineOptions } from '../engine.ts';
import type { NamedProcess } from './named-process.ts';

/** Keeps a named running: one that ends without being told to is started again. */
export type Supervisor = {
  /** The named that answers now; undefined while there is none. */
  current: () => NamedProcess | undefined;
  /** Why there is none. */
  reason: () => string;
  /** How many there have been. */
  generation: () => number;
  /** Resolves when one answers; at once where one does. */
  running: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Milliseconds before the second start in a row, doubled for each further one up to the last. The first one is at once. */
const FIRST_DELAY = 100;
const LAST_DELAY = 5000;
/** One that has lived so long starts a new row. */
const STEADY = 10_000;

/** @throws what `start` throws, where the very first start fails */
export async function supervise(
  start: () => Promise<NamedProcess>,
  log: EngineOptions['log'],
): Promise<Supervisor> {
  const ending = new AbortController();
  let current: NamedProcess | undefined = await start();
  let generation = 1;
  let reason = '';
  let awaited = Promise.resolve();
  const keep = async () => {
    let tries = 0;
    while (!ending.signal.aborted) {
      const since = performance.now();
      reason = await current!.ended;
      current = undefined;
      if (ending.signal.aborted) return;
      const up = Promise.withResolvers<void>();
      awaited = up.promise;
      if (performance.now() - since > STEADY) tries = 0;
      while (!current && !ending.signal.aborted) {
        const delay = tries === 0 ? 0 : Math.min(LAST_DELAY, FIRST_DELAY * 2 ** (tries - 1));
        tries++;
        log({
          level: 'error',
          category: 'supervisor',
          message: `named is gone: ${reason}; it is started again${delay === 0 ? '' : ` in ${delay} ms`}`,
        });
        if (delay > 0) await wait(delay, undefined, { signal: ending.signal }).catch(() => {});
        if (ending.signal.aborted) break;
        try {
          current = await start();
          generation++;
        } catch (error) {
          reason = (error as Error).message;
        }
      }
      up.resolve();
      if (current) log({ level: 'info', category: 'supervisor', message: 'named answers again' });
    }
  };
  const kept = keep();
  return {
    current: () => current,
    reason: () => (current ? '' : reason),
    generation: () => generation,
    running: () => awaited,
    stop: async () => {
      ending.abort();
      await current?.stop();
      await kept;
      await current?.stop();
    },
  };
}
