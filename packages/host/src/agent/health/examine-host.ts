import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostSigns } from './judge-host.ts';

const TRIAL_BYTES = 4096;

/** Looks at disk and memory of this host. `directory`: the agent's state directory. */
export async function examineHost(directory: string): Promise<Pick<HostSigns, 'disk' | 'memoryAvailable'>> {
  const [disk, memoryAvailable] = await Promise.all([tryDisk(directory), readMemory()]);
  return { disk, memoryAvailable };
}

async function tryDisk(directory: string): Promise<string | undefined> {
  const path = join(directory, 'writable');
  try {
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
