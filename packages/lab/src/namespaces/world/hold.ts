import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkLab } from '../fabric/checks.ts';

/** Where labs that run say what they are: gone with a reboot, as they are. */
export const LABS_FOLDER = '/run/pointsman/labs';

/** The right to make and to remove all that carries a lab's name. It ends with the process that has it, however that ends. */
export type Hold = {
  /** For this lab alone; only root may look into it. */
  folder: string;
  /** Ends the hold, and removes the folder. */
  release: () => void;
};

/**
 * Takes hold of a lab; undefined where a process that is alive has it. The lock is flock(2)'s, on the open file: no process ID has to be believed,
 * and nobody is left holding it.
 * @throws FabricError where it is no name of a lab: a folder of that name is removed in the end
 */
export function takeHold(lab: string, folder: string = LABS_FOLDER): Hold | undefined {
  const own = join(folder, checkLab(lab));
  const file = `${own}.lock`;
  mkdirSync(folder, { recursive: true });
  for (;;) {
    const lock = openSync(file, 'a', 0o600);
    if (!isLocked(lock)) {
      closeSync(lock);
      return undefined;
    }
    // Whoever had it before has removed the file: another process may have made, and locked, a new one.
    if (fstatSync(lock).ino !== statSync(file, { throwIfNoEntry: false })?.ino) {
      closeSync(lock);
      continue;
    }
    mkdirSync(own, { recursive: true, mode: 0o700 });
    return {
      folder: own,
      release: () => {
        rmSync(own, { recursive: true, force: true });
        rmSync(file, { force: true });
        closeSync(lock);
      },
    };
  }
}

/** True where the lock is ours now. flock(1) locks the open file that it gets from us, and leaves it locked. */
function isLocked(lock: number): boolean {
  const { status, error } = spawnSync('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', lock],
  });
  if (error) throw error;
  return status === 0;
}
