import { setTimeout as wait } from 'node:timers/promises';
import { EngineError, type EngineOptions } from '../engine.ts';
import type { NamedProcess } from './named-process.ts';

/** Keeps a named running: one that ends without being told to is started again. */
export type Supervisor = {
  /** The named that answers now; undefined while there is none. */
  current: () => NamedProcess | undefined;
  /** Why there is none. */
  reason: () => string;
  /** How many there have been. */
  generation: () => number;
  /** Resolves when one answers; at once where one does. @throws EngineError when it is stopped before that */
  running: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Milliseconds before the second start in a row, doubled for each further one up to the last. The first one is at once. */
const FIRST_DELAY = 100;
const LAST_DELAY = 5000;
/** One that has lived so long starts a new row. */
const STEADY = 10_000;

/** The signal: it is stopped. */
type Start = (ending: AbortSignal) => Promise<NamedProcess>;

/** Of one `supervise`. */
type State = {
  current: NamedProcess | undefined;
  generation: number;
  reason: string;
  /** Settles when there is a `current` again, or is to be none any more. */
  up: PromiseWithResolvers<void>;
  ending: AbortSignal;
};

/** @throws what `start` throws, where the very first start fails */
export async function supervise(start: Start, log: EngineOptions['log']): Promise<Supervisor> {
  const ending = new AbortController();
  const state: State = {
    current: await start(ending.signal),
    generation: 1,
    reason: '',
    up: Promise.withResolvers(),
    ending: ending.signal,
  };
  state.up.resolve();
  const kept = keep(state, start, log);
  return {
    current: () => state.current,
    reason: () => (state.current ? '' : state.reason),
    generation: () => state.generation,
    running: () => (ending.signal.aborted ? Promise.reject(stopped()) : state.up.promise),
    stop: async () => {
      ending.abort();
      state.up.reject(stopped());
      await state.current?.stop();
      await kept;
    },
  };
}

async function keep(state: State, start: Start, log: EngineOptions['log']): Promise<void> {
  let tries = 0;
  while (state.current) {
    const since = performance.now();
    state.reason = await state.current.ended;
    state.current = undefined;
    if (state.ending.aborted) return;
    state.up = Promise.withResolvers();
    // Nobody may be waiting when it is stopped.
    state.up.promise.catch(() => {});
    if (performance.now() - since > STEADY) tries = 0;
    tries = await startAgain(state, start, log, tries);
  }
}

/** Tries until one answers, or none is wanted any more. `tries`: starts in a row so far; returns how many there are then. */
async function startAgain(
  state: State,
  start: Start,
  log: EngineOptions['log'],
  tries: number,
): Promise<number> {
  for (let count = tries; ; count++) {
    const delay = count === 0 ? 0 : Math.min(LAST_DELAY, FIRST_DELAY * 2 ** (count - 1));
    const when = delay === 0 ? '' : ` in ${delay} ms`;
    const message = `named is gone: ${state.reason}; it is started again${when}`;
    log({ level: 'error', category: 'supervisor', message });
    if (delay > 0) await wait(delay, undefined, { signal: state.ending }).catch(() => {});
    if (state.ending.aborted) return count;
    const next = await start(state.ending).catch((error: Error) => error.message);
    if (typeof next === 'string') {
      state.reason = next;
      continue;
    }
    if (state.ending.aborted) {
      await next.stop();
      return count;
    }
    state.current = next;
    state.generation++;
    state.up.resolve();
    log({ level: 'info', category: 'supervisor', message: 'named answers again' });
    return count + 1;
  }
}

function stopped(): EngineError {
  return new EngineError('STOPPED', 'the engine has been stopped');
}
