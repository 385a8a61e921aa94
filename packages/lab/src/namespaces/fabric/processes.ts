/** Processes by the namespace that they are in, as /proc tells. */
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { NAMESPACES } from './names.ts';

/** As /proc/PID/ns writes it; undefined where there is no such process, or namespace. */
export function namespaceOfProcess(pid: number, kind: 'net' | 'pid'): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/${kind}`);
  } catch {
    return undefined;
  }
}

export function networkNamespaceByName(name: string): string | undefined {
  try {
    return `net:[${statSync(`${NAMESPACES}/${name}`).ino}]`;
  } catch {
    return undefined;
  }
}

/** Processes all of whose threads are in one of these namespaces: a thread alone may be there on a visit. */
export function processesIn(namespaces: ReadonlySet<string>, kind: 'net' | 'pid'): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (pid) => namespaces.has(namespaceOfProcess(pid, kind) ?? '') && isWhollyIn(pid, namespaces, kind),
    );
}

function isWhollyIn(pid: number, namespaces: ReadonlySet<string>, kind: 'net' | 'pid'): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).every((task) =>
      namespaces.has(readlinkSync(`/proc/${pid}/task/${task}/ns/${kind}`)),
    );
  } catch {
    return false;
  }
}

/** Signals one process; that it is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
