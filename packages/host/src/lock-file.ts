import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, rmSync, statSync } from 'node:fs';

/** A lock of flock(2) on an open file. It ends with the process that has it, however that ends: no process ID has to be believed, and nobody is left holding it. */
export type FileLock = {
  /** Removes the file, too. */
  release: () => void;
};

/** Undefined where a process that is alive has the lock. The file is made; its folder has to be there. @throws system errors; Error without flock(1) */
export function lockFile(path: string): FileLock | undefined {
  for (;;) {
    const descriptor = openSync(path, 'a', 0o600);
    if (!tryLock(descriptor, '--exclusive')) {
      closeSync(descriptor);
      return undefined;
    }
    // Whoever had it before has removed the file: another process may have made, and locked, a new one.
    if (fstatSync(descriptor).ino === statSync(path, { throwIfNoEntry: false })?.ino)
      return { release: releaseOnce(path, descriptor) };
    closeSync(descriptor);
  }
}

/** A second time the descriptor may be somebody else's. */
function releaseOnce(path: string, descriptor: number): () => void {
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    rmSync(path, { force: true });
    closeSync(descriptor);
  };
}

/** Whether a process that is alive has the lock. @throws system errors; Error without flock(1) */
export function isFileLocked(path: string): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  try {
    return !tryLock(descriptor, '--shared');
  } finally {
    closeSync(descriptor);
  }
}

/** flock(1) locks the open file that it gets from us, and leaves it locked. */
function tryLock(descriptor: number, how: '--exclusive' | '--shared'): boolean {
  const { status, error } = spawnSync('flock', [how, '--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
  });
  if (error) throw new Error(`flock cannot be run (${error.message}): install util-linux`);
  return status === 0;
}
