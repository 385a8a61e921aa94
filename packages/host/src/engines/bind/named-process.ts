import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { EngineError, type EngineOptions } from '../engine.ts';
import type { Folder } from './folder.ts';
import { parseLogLine } from './log-lines.ts';
import { troubleIn } from './start-log.ts';

/** One run of named, from its start to its end. */
export type NamedProcess = {
  pid: number;
  /** Why it ended, in words. */
  ended: Promise<string>;
  stop: () => Promise<void>;
};

/** Milliseconds. 100,000 rules take seconds; on a busy machine, many. */
const START_PATIENCE = 120_000;
/** It has nothing to save: what it knows is in its cache and in our folder. */
const STOP_PATIENCE = 1000;

/** Resolves when it answers; the signal breaks that off. @throws EngineError; it has ended then */
export async function startNamed(
  program: string,
  folder: Folder,
  { workers, log }: Pick<EngineOptions, 'workers' | 'log'>,
  signal: AbortSignal,
): Promise<NamedProcess> {
  // What it says before it has read where to log. Each start has its own: the complaints of another one say nothing of this.
  const startLog = await folder.makeLog();
  const args = ['-f', '-n', String(workers), '-c', folder.config, '-L', startLog];
  if (folder.user !== undefined) args.push('-u', folder.user);
  // In a session of its own: Ctrl-C is for its owner, who decides what that means.
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  const running = listen(child, log);
  const ended = endOf(child);
  folder.guard.watch(child.pid);
  void ended.then(() => folder.guard.watch(undefined));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE);
    await ended;
    clearTimeout(timer);
  };
  const giveUp = () => child.kill('SIGKILL');
  const timer = setTimeout(giveUp, START_PATIENCE);
  signal.addEventListener('abort', giveUp);
  if (signal.aborted) giveUp();
  const death = await Promise.race([running, ended]);
  clearTimeout(timer);
  signal.removeEventListener('abort', giveUp);
  const trouble = troubleIn(await readFile(startLog, 'utf8').catch(() => ''));
  await rm(startLog, { force: true });
  if (death === undefined && trouble === undefined) return { pid: child.pid!, ended, stop };
  await stop();
  throw new EngineError('NOT_STARTED', `named does not start: ${trouble ?? death}`);
}

/** Hands its lines on; resolves when it says that it runs. */
function listen(child: ChildProcess, log: EngineOptions['log']): Promise<void> {
  const running = Promise.withResolvers<void>();
  createInterface({ input: child.stderr! }).on('line', (text) => {
    const line = parseLogLine(text);
    if (line.category === 'general' && line.message === 'running') running.resolve();
    log(line);
  });
  return running.promise;
}

function endOf(child: ChildProcess): Promise<string> {
  return once(child, 'exit').then(
    ([code, signal]) => (signal ? `it was killed by ${signal}` : `it ended with code ${code}`),
    (error: Error) => error.message,
  );
}
