import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { TestContext } from 'node:test';
import { type EngineWorld, freeAddress, startEngineWorld } from '../contract/engine-world.ts';
import { startUpstream } from '../contract/servers.ts';
import { findPrograms } from './programs.ts';

/** What tests of the engine `bind` stand on; all of it ends with the test. */

/** An engine `bind` with one rule, `corp.example`, whose two upstreams always answer 10.0.0.1 with a TTL of 0. */
export async function startCorp(
  t: TestContext,
  options: { directory?: string } = {},
  policy: 'ordered' | 'fastest' = 'fastest',
): Promise<{ world: EngineWorld; upstream: string }> {
  const one = await startUpstream(t, () => ({ address: '10.0.0.1', ttl: 0 }), { address: freeAddress() });
  const other = await startUpstream(t, () => ({ address: '10.0.0.1', ttl: 0 }), { address: freeAddress() });
  const rules = [{ suffix: 'corp.example', upstreams: [one.endpoint, other.endpoint], policy }];
  return { world: await startEngineWorld(t, 'bind', { rules }, options), upstream: one.endpoint };
}

export function messages({ log }: EngineWorld): string[] {
  return log.map(({ message }) => message);
}

/** The nameds that a process has started. */
export async function namedPids(parent = process.pid): Promise<number[]> {
  const ps = spawn('ps', ['-o', 'pid=,comm=', '--ppid', String(parent)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  ps.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  await once(ps, 'close');
  return text
    .split('\n')
    .flatMap((line) => (/^\s*([0-9]+) named$/.exec(line) ? [Number.parseInt(line, 10)] : []));
}

/** Lets a shell script stand before one of BIND's programs: where it does not exit, the program itself runs. */
export function mimic(t: TestContext, name: string, script: string): { restore: () => void } {
  const folder = scratch(t);
  const program = Object.values(findPrograms()).find((path) => basename(path) === name);
  const write = (lines: string) =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${lines}\nexec ${program} "$@"\n`, { mode: 0o755 });
  write(script);
  const path = process.env.PATH;
  process.env.PATH = `${folder}:${path}`;
  t.after(() => {
    process.env.PATH = path;
  });
  return { restore: () => write('') };
}

/** A folder that everybody may enter. */
export function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bind-test-'));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
