import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { InterfaceError } from '../interface/index.ts';

/** A process of its own that puts a change back at its deadline, whatever became of whoever made it. */
export type Watchdog = {
  pid: number;
  /** When it is not there any more. */
  ended: Promise<unknown>;
};

/** Milliseconds, for it to read the change and say so. */
const PATIENCE = 15_000;
/** `node PROGRAM DIRECTORY ID`; where there is no such change, it ends at once. */
export const WATCHDOG_PROGRAM: string = new URL('./watchdog.ts', import.meta.url).pathname;

/** Resolves when it watches. @throws InterfaceError NO_WATCHDOG; nothing may be changed then */
export async function startWatchdog(directory: string, id: string): Promise<Watchdog> {
  const command = [process.execPath, WATCHDOG_PROGRAM, directory, id];
  // A unit of its own: what ends the agent's service, or its memory limit, leaves it alone. Without systemd a session of its own does.
  const scope = [
    'systemd-run',
    '--scope',
    '--quiet',
    '--collect',
    '--unit',
    `pointsman-watchdog-${id}`,
    '--',
  ];
  const started = existsSync('/run/systemd/system') ? await tryStart([...scope, ...command]) : undefined;
  const watchdog = started ?? (await tryStart(command));
  if (watchdog) return watchdog;
  throw new InterfaceError(
    'NO_WATCHDOG',
    'the watchdog that would put the change back does not start; nothing was changed',
  );
}

async function tryStart(argv: readonly string[]): Promise<Watchdog | undefined> {
  const [command, ...args] = argv as [string, ...string[]];
  const folder = getCompileCacheDir();
  // An address waits for it, and without what is compiled already it takes three times as long. Node puts a folder for its version into the one that it is told.
  const env = { ...process.env, ...(folder && { NODE_COMPILE_CACHE: dirname(folder) }) };
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'], env });
  const ended = once(child, 'exit').catch(() => {});
  const isWatching = await Promise.race([isHeard(child), ended.then(() => false)]);
  child.stdout!.destroy();
  child.unref();
  if (isWatching && child.pid !== undefined) return { pid: child.pid, ended };
  child.kill('SIGKILL');
  return undefined;
}

function isHeard(child: ChildProcess): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PATIENCE);
  createInterface({ input: child.stdout! }).once('line', (line) => {
    clearTimeout(timer);
    resolve(line === 'watching');
  });
  child.once('exit', () => clearTimeout(timer));
  child.once('error', () => clearTimeout(timer));
  return promise;
}
