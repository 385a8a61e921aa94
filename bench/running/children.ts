import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Starting and ending the bench's processes: pinned to a CPU, ended by process id, none left behind on Ctrl-C. */

export type Command = {
  program: string;
  arguments: readonly string[];
  directory?: string;
};

export type Child = {
  pid: number;
  /** Settles when the process has ended: its exit code, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  /** What it wrote so far, standard output and standard error apart. */
  output(): { stdout: string; stderr: string };
  /** Asks the process to end, insists after three seconds, and returns when it has. */
  stop(): Promise<void>;
};

const running = new Set<Child>();

/** Starts a program, on one CPU alone where `cpu` is given (Linux, `taskset`). */
export function startChild(command: Command, cpu?: number): Child {
  const [program, args] =
    cpu === undefined
      ? [command.program, command.arguments]
      : ['taskset', ['--cpu-list', String(cpu), command.program, ...command.arguments]];
  const spawned = spawn(program, args, { cwd: command.directory, stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout: string[] = [];
  const stderr: string[] = [];
  spawned.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
  spawned.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  spawned.on('error', (error) => stderr.push(String(error)));

  const child: Child = {
    pid: spawned.pid ?? 0,
    ended: new Promise((resolve) => {
      spawned.on('close', (code, signal) => resolve(signal ?? code ?? 127));
    }),
    output: () => ({ stdout: stdout.join(''), stderr: stderr.join('') }),
    stop: async () => {
      if (spawned.pid === undefined || spawned.exitCode !== null || spawned.signalCode !== null) return;
      spawned.kill('SIGTERM');
      const insist = setTimeout(() => spawned.kill('SIGKILL'), 3000);
      await once(spawned, 'exit');
      clearTimeout(insist);
    },
  };
  running.add(child);
  void child.ended.then(() => running.delete(child));
  return child;
}

/** Runs a program to its end. */
export async function runToEnd(
  command: Command,
  cpu?: number,
): Promise<{ status: number | NodeJS.Signals; stdout: string; stderr: string }> {
  const child = startChild(command, cpu);
  const status = await child.ended;
  return { status, ...child.output() };
}

/** Ends everything that `startChild` started and that still runs. */
export async function stopAllChildren(): Promise<void> {
  await Promise.all([...running].map((child) => child.stop()));
}
