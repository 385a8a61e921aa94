/** Processes by what marks them as a lab's, as /proc tells. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { FabricError } from './fabric-error.ts';
import { NAMESPACES } from './names.ts';

/** As /proc/PID/ns writes it; undefined where there is no such process. */
export function namespaceOfProcess(
  pid: number,
  kind: 'net' | 'pid' | 'pid_for_children',
): string | undefined {
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
  return allProcesses().filter(
    (pid) => namespaces.has(namespaceOfProcess(pid, kind) ?? '') && isWhollyIn(pid, namespaces, kind),
  );
}

/**
 * Lets those go on that have brought a program into a PID namespace from outside: nsenter(1) stops itself where its child is stopped, and the namespace does
 * not end before it has waited for that child.
 */
export function wakeEntrants(namespace: string): void {
  for (const pid of allProcesses())
    if (
      namespaceOfProcess(pid, 'pid_for_children') === namespace &&
      namespaceOfProcess(pid, 'pid') !== namespace
    )
      signal(pid, 'SIGCONT');
}

/** Processes that began with this variable in their environment. */
export function processesWith(name: string, value: string): number[] {
  const wanted = Buffer.from(`\0${name}=${value}\0`);
  return allProcesses().filter((pid) => {
    try {
      return Buffer.concat([NUL, readFileSync(`/proc/${pid}/environ`), NUL]).includes(wanted);
    } catch {
      return false;
    }
  });
}

/** A process's command line; empty where it is gone. */
export function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
  } catch {
    return [];
  }
}

/** Kills what `find` finds, also what is started by others meanwhile. @throws FabricError where something does not end */
export async function endAll(find: () => number[]): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  // Who is being started has no mark yet for an instant: nobody twice is nobody.
  for (let empty = 0; empty < 2; await wait(5)) {
    const left = find().filter((pid) => pid !== process.pid);
    empty = left.length === 0 ? empty + 1 : 0;
    if (Date.now() > deadline) throw new FabricError(`these processes do not end: ${left.join(', ')}`);
    for (const pid of left) signal(pid, 'SIGKILL');
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

function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
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

const NUL = Buffer.of(0);
/** Milliseconds for killed processes to be gone. */
const PATIENCE = 30_000;
