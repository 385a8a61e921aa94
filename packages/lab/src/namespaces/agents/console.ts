import { FabricError, readMachineFile } from '../fabric/index.ts';

const CONSOLE = '/var/log/console.log';
const MOST_LINES = 8;

/** What a machine said last on its console, where its agent speaks too; nothing of one that does not run. */
export function lastLinesOf(lab: string, machine: string): string[] {
  try {
    return readMachineFile(lab, machine, CONSOLE).trimEnd().split('\n').slice(-MOST_LINES);
  } catch (error) {
    if (error instanceof FabricError) return [];
    throw error;
  }
}
