import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { POINTSMAN, ROOT, run } from './system/command.ts';
import { skipWithoutLab, smallTopology } from './system/lab.ts';
import { skipWithout } from './system/packages.ts';
import { startCommand } from './system/running.ts';

const NOBODY = 65534;
const AS_NOBODY = `setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups`;

/** The kernel's own word, not ours: where it says no there is nothing to see. */
function skipWhereForbidden(): string | false {
  const missing = skipWithoutLab || skipWithout('named', 'rndc');
  if (missing) return missing;
  const trial = `${AS_NOBODY} unshare --user --map-root-user --mount --pid --fork mount -t proc proc /proc`;
  const { status } = spawnSync('sh', ['-c', trial]);
  return status === 0 ? false : 'this system lets nobody but root make user namespaces';
}

/** Has nobody run the program and script that come next; they may be in folders closed to nobody, so that /mnt shows them, in a mount namespace of the test's own. */
const PREFIX = [
  ...['unshare', '--mount', '--propagation', 'private', 'sh', '-ec'],
  `mount -t tmpfs -o mode=755 shown /mnt
  mkdir /mnt/checkout /mnt/node
  mount --rbind '${ROOT}' /mnt/checkout
  mount --rbind "$(dirname "$1")" /mnt/node
  node=/mnt/node/$(basename "$1")
  script=/mnt/checkout\${2#'${ROOT}'}
  shift 2
  cd /
  exec ${AS_NOBODY} "$node" "$script" "$@"`,
  'sh',
];

test('without root a lab runs in namespaces of its own, with either engine, where others of its user reach it, and nothing of it outlives it', {
  skip: skipWhereForbidden(),
  timeout: 900_000,
}, async (t) => {
  const { file, name, remove } = smallTopology();
  const folder = dirname(file);
  for (const path of [folder, file]) chownSync(path, NOBODY, NOBODY);
  const env = { XDG_RUNTIME_DIR: folder };
  const pointsman = (...args: string[]) => {
    const [command, ...words] = [...PREFIX, process.execPath, POINTSMAN, ...args];
    return run(command!, words, { env });
  };
  const begin = async () => {
    const up = startCommand(['up', file, '--world', 'namespaces', '--json'], { prefix: PREFIX, env });
    t.after(() => up.process.kill('SIGKILL'));
    const ready = await up.waitFor(({ event }) => event === 'ready');
    return { ...up, ready };
  };
  t.after(remove);

  const small = readFileSync(file, 'utf8');
  writeFileSync(file, small.replace('networks: [hub]', 'networks: [spoke]'));
  const refused = await pointsman('up', file, '--world', 'namespaces');
  assert.equal(refused.code, 1);
  assert.equal(refused.stderr.match(/^error zone-not-associated/gm)?.length, 1, refused.stderr);
  writeFileSync(file, small);

  const first = await begin();
  const asked = await pointsman('exec', file, '--from', 'office', '--', 'dig', '+short', 'www.cloud.example');
  assert.deepEqual([asked.stdout, asked.stderr, asked.code], ['10.1.1.80\n', '', 0]);
  const { enter, aws } = first.ready as unknown as { enter: string; aws: { endpoint: string } };
  const call = await run('sh', [
    '-c',
    `${AS_NOBODY} ${enter} bash --norc -c ': < /dev/tcp/${new URL(aws.endpoint).host.replace(':', '/')}'`,
  ]);
  assert.deepEqual([call.stderr, call.code], ['', 0]);
  const confined = await pointsman('exec', file, '--from', 'hub', '--', 'mount', '-t', 'tmpfs', 'x', '/mnt');
  assert.notEqual(confined.code, 0);
  const { stdout: outside } = await run('ip', ['netns', 'list']);
  assert.doesNotMatch(outside, new RegExp(`pm-${name}\\.`));
  const drill = await pointsman('drill', file, 'kill', 'main/a', '--for', '3', '--json');
  assert.deepEqual([drill.stderr, drill.code], ['', 0]);
  assert.ok(JSON.parse(drill.stdout).answeredAgain_ms['10.1.1.53'] >= 0, drill.stdout);
  const second = await pointsman('up', file, '--world', 'namespaces');
  assert.equal(second.code, 2);
  assert.match(second.stderr, /runs already/);

  const ended = await pointsman('down', file);
  assert.deepEqual([ended.stdout, ended.code], [`${name} has ended, and nothing of it is left.\n`, 0]);
  assert.deepEqual(await first.exited, { code: 0, signal: null });
  assert.deepEqual(await processesOf(name), []);

  writeFileSync(file, small.replace('members:', 'engine: bind\n    members:'));
  const killed = await begin();
  const byBind = await pointsman('exec', file, '--from', 'hub', '--', 'dig', '+short', 'db.corp.example');
  assert.deepEqual([byBind.stdout, byBind.stderr, byBind.code], ['192.168.1.20\n', '', 0]);
  killed.process.kill('SIGKILL');
  await killed.exited;
  for (const end = performance.now() + 60_000; (await processesOf(name)).length > 0; )
    assert.ok(performance.now() < end, 'what was begun outlives the command that was killed');
  const { stdout } = await pointsman('down', file);
  assert.equal(stdout, `${name} was not running; nothing of it is left.\n`);
  assert.deepEqual(readdirSync(join(folder, 'pointsman/labs')), []);
});

/** By the mark in their environment. */
async function processesOf(lab: string): Promise<string[]> {
  const { stdout } = await run('ps', ['axeww', '-o', 'pid,args']);
  return stdout.split('\n').filter((line) => line.includes(`POINTSMAN_LAB=${lab}`));
}
