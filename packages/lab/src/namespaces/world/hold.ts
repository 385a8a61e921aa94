import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockFile } from '@pointsman/host/lock-file';
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
 * Takes hold of a lab; undefined where a process that is alive has it.
 * @throws FabricError where it is no name of a lab: a folder of that name is removed in the end
 */
export function takeHold(lab: string, folder: string = LABS_FOLDER): Hold | undefined {
  const own = join(folder, checkLab(lab));
  mkdirSync(folder, { recursive: true });
  const lock = lockFile(`${own}.lock`);
  if (!lock) return undefined;
  mkdirSync(own, { recursive: true, mode: 0o700 });
  return {
    folder: own,
    release: () => {
      rmSync(own, { recursive: true, force: true });
      lock.release();
    },
  };
}
