import { spawn } from 'node:child_process';
import { InterfaceError } from './interface-error.ts';

/** Runs a command to its end. Output is text; `code` is that of the command. @throws InterfaceError NOT_INSTALLED, TIMEOUT */
export type RunCommand = (argv: readonly string[]) => Promise<CommandResult>;
export type CommandResult = { code: number; stdout: string; stderr: string };

/** Milliseconds. `ip` takes a few; on a busy machine, or waiting for the kernel's lock, many. */
const PATIENCE = 20_000;
/** A host with a full routing table of the internet is no forwarder's. Bytes. */
const MOST_OUTPUT = 64 * 2 ** 20;

/** On the host itself, in the C locale: what commands say is read by us. */
export const runCommand: RunCommand = async (argv) => {
  const [command, ...args] = argv as [string, ...string[]];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
    // A Ctrl-C in the terminal is for us, who put back what was begun; in a group of its own the command does not hear it.
    detached: true,
    env: { ...process.env, LC_ALL: 'C', PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` },
  });
  const result = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      result[stream] += text;
      if (result[stream].length > MOST_OUTPUT) child.kill('SIGKILL');
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<CommandResult>();
  child.on('error', ({ message }) =>
    reject(
      new InterfaceError(
        'NOT_INSTALLED',
        `${command} cannot be run (${message}); install iproute2 and procps`,
      ),
    ),
  );
  child.on('close', (code) => {
    if (code !== null) resolve({ code, ...result });
    else reject(new InterfaceError('TIMEOUT', `${argv.join(' ')} did not end in time, and was killed`));
  });
  return promise;
};
