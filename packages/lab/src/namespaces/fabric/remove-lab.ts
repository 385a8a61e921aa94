import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { endProcesses } from './end-processes.ts';
import { checkLab, defaultFolder, markOf, NAMESPACES } from './names.ts';
import { runIp } from './run.ts';

/**
 * Removes all that carries the lab's mark, whoever made it and however far: processes, namespaces with the links and rules in them, the
 * folder. Where there is nothing, nothing happens.
 * @throws FabricError where something stays
 */
export async function removeLab(lab: string, folder = defaultFolder(checkLab(lab))): Promise<void> {
  const names = namespacesOf(checkLab(lab));
  await endProcesses(names);
  await runIp(names.map((name) => `netns delete ${name}`));
  await rm(folder, { recursive: true, force: true });
}

export function namespacesOf(lab: string): string[] {
  try {
    return readdirSync(NAMESPACES).filter((name) => name.startsWith(markOf(lab)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
