import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownLabsFolder } from '../rootless/own-labs.ts';
import { LABS_FOLDER } from '../world/hold.ts';

/** A lab of this user that runs here, or has left something: its name, and the full path of the topology that it was started from. */
export type KnownLab = { lab: string; file: string };

const TOPOLOGY = 'topology';

/** Says in a lab's folder which file it was started from: that may say something else, or be no topology any more, when somebody looks for the lab. */
export function noteTopology(folder: string, file: string): void {
  writeFileSync(join(folder, TOPOLOGY), file, { mode: 0o600 });
}

/** @throws WorldError `not-allowed` as `ownLabsFolder` does */
export function knownLabs(
  folder: string = process.getuid?.() === 0 ? LABS_FOLDER : ownLabsFolder(),
): KnownLab[] {
  return namesIn(folder).flatMap((lab) => {
    const file = readIfThere(join(folder, lab, TOPOLOGY));
    return file === undefined ? [] : [{ lab, file }];
  });
}

function namesIn(folder: string): string[] {
  return (unlessAbsent(() => readdirSync(folder)) ?? []).sort();
}

function readIfThere(path: string): string | undefined {
  return unlessAbsent(() => readFileSync(path, 'utf8'));
}

/** Labs end while one looks; and beside their folders there are locks. */
function unlessAbsent<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
