import { setTimeout as wait } from 'node:timers/promises';
import { FabricError } from './fabric-error.ts';
import { networkNamespaceByName, processesIn, signal } from './processes.ts';

/** Milliseconds for killed processes to be gone. */
const PATIENCE = 30_000;

/** Kills what runs in these network namespaces, also what is started there meanwhile. @throws FabricError where something does not end */
export async function endProcesses(names: readonly string[]): Promise<void> {
  const namespaces = new Set(names.flatMap((name) => networkNamespaceByName(name) ?? []));
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const left = processesIn(namespaces, 'net').filter((pid) => pid !== process.pid);
    if (left.length === 0) return;
    if (Date.now() > deadline) throw new FabricError(`these processes do not end: ${left.join(', ')}`);
    for (const pid of left) signal(pid, 'SIGKILL');
    await wait(5);
  }
}
