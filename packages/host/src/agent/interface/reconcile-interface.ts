import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceInterface } from '@pointsman/core/config';
import { InterfaceError } from './interface-error.ts';
import { type ObservedInterface, observeInterface } from './observe-interface.ts';
import { formatStep, planInterface, type Step } from './plan-interface.ts';
import { planRelease } from './release-interface.ts';
import type { RunCommand } from './run-command.ts';

/** What was done, and what is in the way that is not ours. */
export type Reconciled = { steps: Step[]; obstacles: string[] };

/** A step may undo what an earlier one did (addresses of one subnet), or meet somebody else's: then it is looked at again, so often. */
const ROUNDS = 5;
/** Milliseconds behind a step that failed, growing with each round: whoever was in its way may be at work. */
const PAUSE = 50;

/** Looks, plans and applies until nothing is left to do. @throws InterfaceError NO_INTERFACE, COMMAND_FAILED, UNSETTLED */
export async function reconcileInterface(run: RunCommand, desired: ServiceInterface): Promise<Reconciled> {
  return settle(run, desired, (observed) => {
    if (observed.device) return planInterface(observed, desired);
    throw new InterfaceError('NO_INTERFACE', `no interface has the MAC address ${desired.mac}`);
  });
}

/** Takes our IP rules and our table away; the interface, where it is still there, stays as it is. @throws InterfaceError */
export async function releaseInterface(run: RunCommand, desired: ServiceInterface): Promise<Step[]> {
  const { steps } = await settle(run, desired, (observed) => ({
    steps: planRelease(observed, desired),
    obstacles: [],
  }));
  return steps;
}

/** One after the other, up to the first that fails. @throws InterfaceError COMMAND_FAILED */
export async function applySteps(run: RunCommand, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const { code, stderr } = await run(step);
    if (code !== 0) {
      throw new InterfaceError(
        'COMMAND_FAILED',
        `${formatStep(step)} failed: ${stderr.trim() || `code ${code}`}`,
      );
    }
  }
}

async function settle(
  run: RunCommand,
  desired: ServiceInterface,
  plan: (observed: ObservedInterface) => Reconciled,
): Promise<Reconciled> {
  const done: Step[] = [];
  let failure: unknown;
  for (let round = 0; round < ROUNDS; round++) {
    if (failure) await delay(PAUSE * round);
    const { steps, obstacles } = plan(await observeInterface(run, desired));
    if (steps.length === 0) return { steps: done, obstacles };
    failure = undefined;
    await applySteps(run, steps).catch((error) => (failure = error));
    done.push(...steps);
  }
  throw (
    failure ??
    new InterfaceError('UNSETTLED', `somebody changes the interface ${desired.mac} while it is put right`)
  );
}
