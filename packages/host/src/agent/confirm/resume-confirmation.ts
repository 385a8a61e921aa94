import { setTimeout as delay } from 'node:timers/promises';
import { InterfaceError, type RunCommand } from '../interface/index.ts';
import { type Boot, readBoot } from './boot.ts';
import { type FoundChange, findChange, findEnd, forgetChange, setAside } from './pending-change.ts';
import { rollBack } from './roll-back.ts';

/** What an earlier run left, and what became of it. */
export type Resumed =
  | 'nothing'
  /** A power cut or reboot: the kernel has forgotten the change, and so do we. */
  | 'rebooted'
  | 'put-back'
  /** An operator's change was waited for, and is confirmed. */
  | 'confirmed'
  /** The file could not be read, and is out of the way. What is there is not known to be good: apply anew. */
  | 'damaged';

/** Milliseconds. */
const PAUSE = 200;
/** Seconds after the deadline in which a watchdog that lives has begun. */
const GRACE = 3;

/**
 * What comes first at an agent's start. Its own change from before it was killed is put back at once; an operator's, who may just be looking
 * whether he can still come in, has its time. @throws InterfaceError NOT_RESTORED
 */
export async function resumeConfirmation(
  run: RunCommand,
  directory: string,
  boot: Boot = readBoot(),
): Promise<Resumed> {
  let waitedFor: string | undefined;
  for (;;) {
    const found = await find(directory);
    if (found === 'damaged') return 'damaged';
    if (!found) return waitedFor === undefined ? 'nothing' : endOf(directory, waitedFor);
    const { change, isRestoring } = found;
    if (change.bootId !== boot.id) {
      await forgetChange(directory);
      return 'rebooted';
    }
    const isTime = change.owner === 'agent' || isRestoring || boot.uptime() > change.deadline + GRACE;
    if (isTime) {
      await rollBack(run, directory, change);
      return 'put-back';
    }
    waitedFor = change.id;
    await delay(PAUSE);
  }
}

async function endOf(directory: string, id: string): Promise<Resumed> {
  return (await findEnd(directory, id)) === 'confirmed' ? 'confirmed' : 'put-back';
}

async function find(directory: string): Promise<FoundChange | 'damaged' | undefined> {
  try {
    return await findChange(directory);
  } catch (error) {
    if (!(error instanceof InterfaceError)) throw error;
    await setAside(directory);
    return 'damaged';
  }
}
