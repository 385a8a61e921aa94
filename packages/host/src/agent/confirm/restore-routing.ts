import { setTimeout as delay } from 'node:timers/promises';
import { formatStep, InterfaceError, type RunCommand, type Step } from '../interface/index.ts';
import type { PendingChange } from './pending-change.ts';
import { planRestore, type Scope } from './plan-restore.ts';
import { proveManagement } from './prove-paths.ts';
import { takeSnapshot } from './routing-snapshot.ts';

/** A route waits for its gateway's, an address for its link: what fails in one round may work in the next. */
const ROUNDS = 6;
/** Milliseconds. */
const PAUSE = 100;

export type Restorable = Pick<PendingChange, 'mac' | 'table' | 'snapshot' | 'management'>;

/**
 * Takes our change back. What others have changed meanwhile stays, such as a container's routes, unless the host can not be managed as
 * before: then everything is put back. Several may do it at once: each step is as good the second time, and what fails is looked at again.
 * @throws InterfaceError NOT_RESTORED, with what is left to do by hand
 */
export async function restoreRouting(run: RunCommand, change: Restorable): Promise<void> {
  const { mac, table, management } = change;
  const left = await restore(run, change, { mac, table });
  // Where that cannot be told either: better too much than a host that nobody reaches.
  const wrong = await proveManagement(run, management).catch(({ message }: Error) => message);
  const stillLeft = wrong === undefined ? left : await restore(run, change, 'everything');
  if (stillLeft.length === 0) return;
  throw new InterfaceError(
    'NOT_RESTORED',
    `not all could be put back; by hand: ${stillLeft.map(formatStep).join('; ')}`,
  );
}

/** The steps that are left. */
async function restore(run: RunCommand, { mac, snapshot }: Restorable, scope: Scope): Promise<Step[]> {
  for (let round = 1; ; round++) {
    const steps = planRestore(await takeSnapshot(run, mac), snapshot, scope);
    if (steps.length === 0 || round > ROUNDS) return steps;
    // One that fails must not keep the next ones from being tried: one of them may be the operator's way in.
    for (const step of steps) await run(step);
    if (round > 1) await delay(PAUSE);
  }
}
