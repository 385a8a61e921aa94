import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { EngineError, type EngineOptions } from '../engine.ts';
import type { Folder } from './folder.ts';
import { parseLogLine } from './log-lines.ts';

/** One run of named, from its start to its end. */
export type NamedProcess = {
  pid: number;
  /** Why it ended, in words. */
  ended: Promise<string>;
  stop: () => Promise<void>;
};

/** Milliseconds. 100,000 rules take seconds; on a busy machine, many. */
const START_PATIENCE = 120_000;
const STOP_PATIENCE = 5000;

/** Resolves when it answers. @throws EngineError; it has ended then */
export async function startNamed(
  program: string,
  folder: Folder,
  { workers, log }: Pick<EngineOptions, 'workers' | 'log'>,
): Promise<NamedProcess> {
  const args = ['-f', '-n', String(workers), '-c', folder.config, '-L', folder.startLog];
  if (folder.user !== undefined) args.push('-u', folder.user);
  // In a session of its own: Ctrl-C is for its owner, who decides what that means.
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const guard = startGuard(child, folder);
  const running = Promise.withResolvers<void>();
  const lines = createInterface({ input: child.stderr });
  lines.on('line', (text) => {
    const line = parseLogLine(text);
    if (line.category === 'general' && line.message === 'running') running.resolve();
    log(line);
  });
  const ended = once(child, 'exit').then(
    ([code, signal]) => (signal ? `it was killed by ${signal}` : `it ended with code ${code}`),
    (error: Error) => error.message,
  );
  void ended.then(() => guard.kill('SIGKILL'));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE);
    await ended;
    clearTimeout(timer);
  };
  const timer = setTimeout(() => child.kill('SIGKILL'), START_PATIENCE);
  const death = await Promise.race([running.promise, ended]);
  clearTimeout(timer);
  const trouble = await troubleIn(folder);
  if (death === undefined && trouble === undefined) return { pid: child.pid!, ended, stop };
  await stop();
  throw new EngineError('NOT_STARTED', `named does not start: ${trouble ?? death}`);
}

/**
 * Kills named, and removes its folder, when this process is gone, however it went: then the pipe has no writer any more. It runs in a
 * session of its own, out of the reach of signals to the whole group.
 */
function startGuard(child: ChildProcess, { path }: Folder): ChildProcess {
  const script = 'read pid && { read end; kill -KILL "$pid"; rm -rf -- "$1"; }';
  const guard = spawn('/bin/sh', ['-c', script, 'guard', path], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.stdin!.on('error', () => {});
  if (child.pid !== undefined) guard.stdin!.write(`${child.pid}\n`);
  return guard;
}

/** What it complained of before it was running: addresses that it could not have, a configuration that it does not take. */
async function troubleIn(folder: Folder): Promise<string | undefined> {
  const text = await readFile(folder.startLog, 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.replace(/^\S+ \S+ /, ''));
  const complaints = lines
    .map((line) => /^[a-z-]+: (?:critical|error): (.*)$/.exec(line)?.[1])
    .filter((line) => line !== undefined);
  const listening = lines.find((line) => line.includes('not listening on any interfaces'));
  return complaints[0] ?? listening;
}
