import { setTimeout as delay } from 'node:timers/promises';
import { InterfaceError, type RunCommand } from '../interface/index.ts';
import { type End, findEnd, type PendingChange, takeConfirmation } from './pending-change.ts';
import { rollBack } from './roll-back.ts';

/** A change that is in force and proven, and will be put back where nobody confirms it in time. */
export type UnconfirmedChange = {
  /** @throws InterfaceError TOO_LATE */
  confirm: () => Promise<void>;
  /** Puts everything back now. @throws InterfaceError NOT_RESTORED */
  putBack: () => Promise<void>;
  /** How it ended, by whomever. */
  ended: (signal: AbortSignal) => Promise<End>;
};

/** Milliseconds. */
const PAUSE = 100;

export function unconfirmedChange(
  run: RunCommand,
  directory: string,
  change: PendingChange,
): UnconfirmedChange {
  return {
    confirm: async () => {
      if (await takeConfirmation(directory, change.id)) return;
      throw tooLate();
    },
    putBack: async () => {
      await rollBack(run, directory, change);
    },
    ended: async (signal) => {
      for (;;) {
        const end = await findEnd(directory, change.id);
        if (end) return end;
        await delay(PAUSE, undefined, { signal });
      }
    },
  };
}

export function tooLate(): InterfaceError {
  return new InterfaceError('TOO_LATE', 'it was not confirmed in time; everything is as it was before');
}
