import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { checkLab } from './checks.ts';
import { createCommands } from './commands.ts';
import { defaultFolder, LAB_VARIABLE, markOf, NAMESPACES } from './names.ts';
import { endAll, networkNamespaceByName, processesIn, processesWith } from './processes.ts';

/**
 * Removes all that carries the lab's mark, whoever made it and however far: processes, namespaces with the links and rules in them, the
 * folder. Where there is nothing, nothing happens. It is not for a lab that another process goes on building: end that one first.
 * @throws FabricError where something stays
 */
export async function removeLab(lab: string, folder = defaultFolder(checkLab(lab))): Promise<void> {
  checkLab(lab);
  await endAll(() => [
    ...processesWith(LAB_VARIABLE, lab),
    ...processesIn(new Set(namespacesOf(lab).flatMap((name) => networkNamespaceByName(name) ?? [])), 'net'),
  ]);
  await createCommands(lab).runIp(namespacesOf(lab).map((name) => `netns delete ${name}`));
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
