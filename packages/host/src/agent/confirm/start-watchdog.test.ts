import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { run } from '../../../../../test/system/command.ts';
import { skipWithout } from '../../../../../test/system/packages.ts';

const SKIP = process.getuid?.() === 0 ? skipWithout('unshare') : 'needs root, for a /run of its own';

/** What systemd-run does with `--scope`: it becomes the command, in the same process. */
const STARTS = 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"';
/** As where it may not speak with systemd. */
const FAILS = 'echo "Failed to connect to bus" >&2; exit 1';

test('where there is systemd, the watchdog is in a scope of its own', { skip: SKIP }, async (t) => {
  const started = await startBeside(t, { systemdRun: STARTS });
  assert.match(
    started.asked,
    new RegExp(`^--scope --quiet --collect --unit pointsman-watchdog-${started.id} -- .* ${started.id}\n$`),
  );
  assert.match(started.commandLine, /watchdog\.ts/);
});

test('where systemd refuses, it is a process like any other', { skip: SKIP }, async (t) => {
  const started = await startBeside(t, { systemdRun: FAILS });
  assert.match(started.asked, /^--scope /);
  assert.match(started.commandLine, /watchdog\.ts/);
});

test('so it is where there is no systemd-run', { skip: SKIP }, async (t) => {
  const { commandLine } = await startBeside(t, { systemdRun: undefined });
  assert.match(commandLine, /watchdog\.ts/);
});

type Started = {
  id: string;
  /** What the stand-in of systemd-run was called with. */
  asked: string;
  /** Of the process that is said to be the watchdog. */
  commandLine: string;
};

/** Starts a watchdog where systemd seems to run: /run/systemd/system is there, in a /run of its own. */
async function startBeside(
  t: TestContext,
  { systemdRun }: { systemdRun: string | undefined },
): Promise<Started> {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-watchdog-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const record = join(folder, 'asked');
  writeFileSync(record, '');
  if (systemdRun !== undefined) {
    const script = `#!/bin/sh\necho "$*" >> ${record}\n${systemdRun}\n`;
    writeFileSync(join(folder, 'systemd-run'), script, { mode: 0o755 });
  }
  const inside = 'mount -t tmpfs none /run && mkdir -p /run/systemd/system && exec env PATH="$0" "$@"';
  const program = ['--input-type=module', '--eval', START, join(folder, 'confirm')];
  const args = ['--mount', 'sh', '-c', inside, folder, process.execPath, ...program];
  const { code, stdout, stderr } = await run('unshare', args);
  assert.equal(code, 0, stderr);
  return { ...JSON.parse(stdout), asked: readFileSync(record, 'utf8') };
}

const urlOf = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);

/** Saves a change whose time is far from over, and forgets it when its watchdog has been looked at: that ends it. */
const START = `
  import { readFileSync } from 'node:fs';
  import { forgetChange, savePending } from ${urlOf('./pending-change.ts')};
  import { startWatchdog } from ${urlOf('./start-watchdog.ts')};
  const directory = process.argv[1];
  const { id } = await savePending(directory, { owner: 'agent', bootId: '', deadline: 1e9, mac: '', snapshot: {} });
  const { pid, ended } = await startWatchdog(directory, id);
  const commandLine = readFileSync('/proc/' + pid + '/cmdline', 'utf8').replaceAll('\\0', ' ');
  await forgetChange(directory);
  // The watchdog keeps nobody alive.
  const timer = setInterval(() => {}, 1000);
  await ended;
  clearInterval(timer);
  process.stdout.write(JSON.stringify({ id, commandLine }));
`;
