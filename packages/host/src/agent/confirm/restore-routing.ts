import { setTimeout as delay } from 'node:timers/promises';
import { formatStep, InterfaceError, type RunCommand } from '../interface/index.ts';
import { planRestore, type RoutingSnapshot, takeSnapshot } from './routing-snapshot.ts';

/** A route waits for its gateway's, an address for its link: what fails in one round may work in the next. */
const ROUNDS = 6;
/** Milliseconds. */
const PAUSE = 100;

/**
 * Puts everything back. Several may do it at once: each step is as good the second time, and what fails is looked at again.
 * @throws InterfaceError NOT_RESTORED, with what is left to do by hand
 */
export async function restoreRouting(run: RunCommand, mac: string, saved: RoutingSnapshot): Promise<void> {
  for (let round = 1; ; round++) {
    const steps = planRestore(await takeSnapshot(run, mac), saved);
    if (steps.length === 0) return;
    if (round > ROUNDS) {
      throw new InterfaceError(
        'NOT_RESTORED',
        `not all could be put back; by hand: ${steps.map(formatStep).join('; ')}`,
      );
    }
    // One that fails must not keep the next ones from being tried: one of them may be the operator's way in.
    for (const step of steps) await run(step);
    if (round > 1) await delay(PAUSE);
  }
}
