import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What kills a named and removes its folder when this process is gone, however it went: then its pipe has no writer any more. */
export type Guard = {
  /** The named that runs now; undefined: none does. */
  watch: (pid: number | undefined) => void;
  /** Ends it, without harm to anything. */
  dismiss: () => Promise<void>;
};

/** The last line that came is the process to kill. */
const SCRIPT = 'while read -r line; do pid=$line; done; [ -z "$pid" ] || kill -KILL "$pid"; rm -rf -- "$1"';

/** One for a folder, from before anything is in it. It runs in a session of its own, out of the reach of signals to the whole group. */
export function startGuard(folder: string): Guard {
  const shell = spawn('/bin/sh', ['-c', SCRIPT, 'guard', folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const exited = once(shell, 'exit').catch(() => {});
  shell.stdin.on('error', () => {});
  return {
    watch: (pid) => shell.stdin.write(`${pid ?? ''}\n`),
    dismiss: async () => {
      shell.kill('SIGKILL');
      await exited;
    },
  };
}
