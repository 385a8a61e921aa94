import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { pointsman, ROOT, run } from './system/command.ts';
import { freePort } from './system/free-port.ts';
import { skipWithout } from './system/packages.ts';
import { type ReadmeCommand, readBlocks } from './system/readme-blocks.ts';
import { type RunningWorld, startUp } from './system/running.ts';

/** The examples in the READMEs and in docs/, run as they stand (see `readme-blocks.ts` for how they are marked) but for the port. */
const PORT = '10053';

const worlds = new Map<string, Promise<RunningWorld>>();
after(async () => {
  for (const world of worlds.values()) await (await world).stop();
});

for (const readme of globSync('{README.md,docs/*.md,examples/*/README.md,packages/*/README.md}', {
  cwd: ROOT,
}).sort()) {
  const blocks = readBlocks(readFileSync(resolve(ROOT, readme), 'utf8'));
  if (blocks.length === 0) continue;
  describe(`the examples of ${readme}`, { skip: skipWithout('dig', 'bash', 'jq'), timeout: 300_000 }, () => {
    for (const { line, topology, commands } of blocks) {
      test(`line ${line}: ${commands.length} commands do what it says`, async () => {
        const port = topology === undefined ? await freePort() : (await worldOf(topology)).ready.port;
        for (const command of commands) await check(command, port);
      });
    }
  });
}

test('the topology in README.md is a whole one, in which names cross', async (t) => {
  const text = /^```yaml\n(.*?)^```$/ms.exec(readFileSync(resolve(ROOT, 'README.md'), 'utf8'))![1]!;
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-readme-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'small.yaml');
  writeFileSync(file, text);
  const world = await startUp(file);
  t.after(world.stop);
  for (const [network, name, address] of [
    ['shared', 'db.corp.example', '192.168.10.20'],
    ['sydney', 'www.cloud.example', '10.10.1.80'],
  ] as const) {
    const port = String(world.ready.port);
    const { stdout } = await pointsman('query', file, '--port', port, '--from', network, name, '--json');
    assert.equal(JSON.parse(stdout).answers[0].data, address);
  }
});

/** One for all examples: they only ask. */
function worldOf(topology: string): Promise<RunningWorld> {
  const world = worlds.get(topology) ?? startUp(topology);
  worlds.set(topology, world);
  return world;
}

async function check({ command, output, exitCode }: ReadmeCommand, port: number): Promise<void> {
  const { code, stdout, stderr } = await run('bash', ['-c', adapt(command, port)]);
  assert.equal(code, exitCode, `${command}\n${stdout}${stderr}`);
  if (output !== undefined) assert.deepEqual(lines(stdout), output.toSorted(), command);
}

/** On a port of this test's own; what the tests have set up already is not set up again; what runs until Ctrl-C ends by itself. */
function adapt(command: string, port: number): string {
  const own = command
    .replace(/^npm ci && /, '')
    .replaceAll(PORT, String(port))
    .replace(/\bnpx pointsman (up|query)\b/, `$& --port ${port}`)
    .replace(/\bnpx pointsman up\b/, '$& --for 1');
  return own.replaceAll('npx pointsman', `"${process.execPath}" packages/cli/bin/pointsman.js`);
}

function lines(text: string): string[] {
  return text.trimEnd().split('\n').sort();
}
