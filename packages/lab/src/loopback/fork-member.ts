import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ToMember } from './member-messages.ts';

const ENTRY = fileURLToPath(new URL('./member-process.ts', import.meta.url));
/** Node's own default place: what is not compiled anew takes half the time to start, and half the memory. */
export const COMPILE_CACHE = join(tmpdir(), 'node-compile-cache');
/** A member's JavaScript keeps hardly anything: what is young needs no room to grow old in. Megabytes. */
export const SMALL_HEAP = '--max-semi-space-size=1';

/** The process of a member, which waits for what it is told. `enter`: a command that runs what is written behind it on the member's machine; without one that is ours. */
export function forkMember(enter?: readonly [string, ...string[]]): ChildProcess {
  const [program, ...before] = enter ? [...enter, process.execPath] : [process.execPath];
  return fork(ENTRY, {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execPath: program!,
    execArgv: [...before, SMALL_HEAP],
    // A member ignores the terminal's Ctrl-C; the command that brings it to its machine would die of it.
    detached: enter !== undefined,
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env },
  });
}

export function tell(child: ChildProcess, message: ToMember): void {
  // A member that has just died takes no message; its exit tells the rest.
  if (child.connected) child.send(message, () => {});
}
