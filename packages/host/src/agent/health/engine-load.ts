import type { Engine } from '../../engines/engine.ts';
import { pauseFor } from '../pause.ts';

/** Milliseconds in which an engine that does its work says what it has counted, also where it has much to do. */
const PATIENCE = 2000;
/** So many between two looks are no questions of ours: at most one for each of a round's rules, and a pulse. */
const MANY = 200;

/**
 * How many queries an engine has read since it started: what it says of itself in this process (native: all of its threads; BIND: its statistics
 * channel), so that no packet has to get through a full socket. Undefined where it does not say.
 */
export async function countQueries(engine: Engine, signal: AbortSignal): Promise<number | undefined> {
  const enough = new AbortController();
  const counted = engine.metrics().then(
    ({ queries }) => queries,
    () => undefined,
  );
  const first = await Promise.race([
    counted,
    pauseFor(PATIENCE, AbortSignal.any([signal, enough.signal])).then(() => undefined),
  ]);
  enough.abort();
  return first;
}

/** From one count to a later one it has read queries of clients, and many. */
export function isBusy(before: number | undefined, after: number | undefined): boolean {
  return before !== undefined && after !== undefined && after - before > MANY;
}
