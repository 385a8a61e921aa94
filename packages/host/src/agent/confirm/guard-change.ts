import type { RunCommand } from '../interface/index.ts';
import { readBoot } from './boot.ts';
import { findChange, forgetChange, type PendingChange } from './pending-change.ts';
import { rollBack } from './roll-back.ts';
import { startWatchdog, type Watchdog } from './start-watchdog.ts';

/**
 * A watchdog for a saved change, and while this process lives another one where that dies. Its process ID. @throws InterfaceError NO_WATCHDOG;
 * the change is forgotten then
 */
export async function guardChange(
  run: RunCommand,
  directory: string,
  change: PendingChange,
): Promise<number> {
  try {
    const watchdog = await startWatchdog(directory, change.id);
    void keepWatch(run, directory, change, watchdog);
    return watchdog.pid;
  } catch (error) {
    await forgetChange(directory);
    throw error;
  }
}

async function keepWatch(
  run: RunCommand,
  directory: string,
  change: PendingChange,
  first: Watchdog,
): Promise<void> {
  const boot = readBoot();
  let watchdog: Watchdog | undefined = first;
  while (watchdog && boot.uptime() < change.deadline) {
    await watchdog.ended;
    const found = await findChange(directory).catch(() => ({ change }));
    if (found?.change.id !== change.id) return;
    watchdog = await startWatchdog(directory, change.id).catch(() => undefined);
  }
  // Nobody watches any more, or could not write down that it is back: better back now than perhaps never.
  await rollBack(run, directory, change).catch(() => {});
}
