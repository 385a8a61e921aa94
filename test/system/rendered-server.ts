import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { RenderTarget } from '@pointsman/core/render';
import { type Ask, ask } from '@pointsman/lab';
import { findCommand } from './packages.ts';

/** A real server, running with a configuration that was rendered for it. */
export type RenderedServer = { process: ChildProcess; stop: () => Promise<void> };

type Launch = { command: string; args: (file: string, folder: string) => string[] };

/** How each is run in the foreground, as whoever runs the tests. What a test needs besides is added to the configuration: see `setting`. */
const LAUNCHES: Partial<Record<RenderTarget, Launch>> = {
  unbound: { command: 'unbound', args: (file) => ['-d', '-p', '-c', file] },
  dnsmasq: {
    command: 'dnsmasq',
    args: (file) => ['--keep-in-foreground', '--log-facility=-', '--pid-file=', '--user=root', '-C', file],
  },
  dnsdist: { command: 'dnsdist', args: (file) => ['--supervised', '--disable-syslog', '-C', file] },
  'knot-resolver': { command: 'kresd', args: (file, folder) => ['-n', '-c', file, folder] },
};

/** What is rendered does not say as whom a server runs, or where its files are: the packages of a system do. */
function setting(target: RenderTarget, folder: string): string {
  return target === 'unbound'
    ? `server:\n    username: ""\n    chroot: ""\n    directory: "${folder}"\n    use-syslog: no\n`
    : '';
}

/** Milliseconds to begin in, and between two questions. */
const PATIENCE = 20_000;
const PAUSE = 20;

/** Started, and answering `question` with anything at all. */
export async function startRendered(
  target: RenderTarget,
  text: string,
  question: Ask,
): Promise<RenderedServer> {
  const { command, args } = LAUNCHES[target]!;
  const folder = mkdtempSync(join(tmpdir(), `pointsman-${target}-`));
  const file = join(folder, 'rendered.conf');
  writeFileSync(file, text + setting(target, folder));
  const child = spawn(findCommand(command)!, args(file, folder), { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => (log += part));
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const end = performance.now() + PATIENCE;
  while (child.exitCode === null && performance.now() < end) {
    const reply = await ask({ ...question, patience: 200, tries: 1 });
    // One that answers before it has probed its upstreams says SERVFAIL.
    if (reply.ok && reply.message.rcode === 0) return { process: child, stop };
    // Where nobody listens yet, that is known at once.
    if (!reply.ok) await wait(PAUSE);
  }
  await stop();
  throw new Error(`${command} does not answer:\n${log}`);
}
