import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');
export const POINTSMAN = resolve(ROOT, 'packages/cli/bin/pointsman.js');

export type Result = { code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

/** A command that ran to its end, from the root of the repository. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; input?: string; env?: Record<string, string>; uid?: number; gid?: number } = {},
): Promise<Result> {
  const child = spawn(command, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid }),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const output = collect(child);
  // A command that reads no input may be gone before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...output() };
}

export function pointsman(...args: string[]): Promise<Result> {
  return run(process.execPath, [POINTSMAN, ...args]);
}

/** The command, running: what `up` and `serve` are. `prefix`: words before it, such as `ip netns exec NAME`. */
export function spawnPointsman(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; prefix?: readonly string[] } = {},
): ChildProcess {
  const [command, ...rest] = [...(options.prefix ?? []), process.execPath, POINTSMAN, ...args];
  return spawn(command!, rest, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function collect(child: ChildProcess): () => { stdout: string; stderr: string } {
  const output = { stdout: '', stderr: '' };
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return () => output;
}
