import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pauseFor } from '../pause.ts';
import type { HostSigns } from './judge-host.ts';

const TRIAL_BYTES = 4096;

/** Milliseconds in which a disk that works, however busy, has taken a few bytes. */
const DISK_PATIENCE = 10_000;

/**
 * Looks at disk and memory of this host, each time it is called. `directory`: the agent's state directory. A disk that hangs is asked once: what waits for it holds one
 * of the few threads that Node has for files.
 */
export function makeHostExamination(
  directory: string,
  patience = DISK_PATIENCE,
): () => Promise<Pick<HostSigns, 'disk' | 'memoryAvailable'>> {
  let trial: Promise<string | undefined> | undefined;
  const lookAtDisk = async () => {
    trial ??= tryDisk(directory).finally(() => (trial = undefined));
    const enough = new AbortController();
    const late = pauseFor(patience, enough.signal).then(
      () => `it has taken nothing for ${patience / 1000} s`,
    );
    return Promise.race([trial, late]).finally(() => enough.abort());
  };
  return async () => {
    const [disk, memoryAvailable] = await Promise.all([lookAtDisk(), readMemory()]);
    return { disk, memoryAvailable };
  };
}

async function tryDisk(directory: string): Promise<string | undefined> {
  const path = join(directory, 'writable');
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 });
    await writeFile(path, randomBytes(TRIAL_BYTES), { mode: 0o600, flush: true });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await rm(path, { force: true }).catch(() => {});
  }
}

/** proc_meminfo(5); 1 where the kernel does not say. */
async function readMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = (key: string) => Number(new RegExp(`^${key}: +([0-9]+) kB$`, 'm').exec(text)?.[1]);
  const part = kilobytes('MemAvailable') / kilobytes('MemTotal');
  return Number.isNaN(part) ? 1 : part;
}
