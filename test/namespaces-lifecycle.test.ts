import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { POINTSMAN, pointsman, run } from './system/command.ts';
import { freePort } from './system/free-port.ts';
import { downLab, execIn, type LabFile, skipWithoutLab, smallTopology } from './system/lab.ts';
import { startCommand } from './system/running.ts';

describe('a lab begins and ends', { skip: skipWithoutLab, timeout: 900_000 }, () => {
  test('exec passes on input, output and exit codes, and like heal, drill and down it finds the lab whatever its file says by now', async (t) => {
    const { file, lab } = await begin(t);
    const echo = await execIn(file, 'hub', ['sh', '-c', 'cat; echo to stderr >&2; exit 7'], 'from here\n');
    assert.deepEqual([echo.code, echo.stdout, echo.stderr], [7, 'from here\n', 'to stderr\n']);
    assert.equal((await execIn(file, 'hub', ['sh', '-c', 'kill -9 $$'])).code, 137);
    const nowhere = await execIn(file, 'nowhere', ['true']);
    assert.equal(nowhere.code, 2);
    assert.match(nowhere.stderr, /there is no network "nowhere" in .*hub, spoke, office/);

    const second = await run(process.execPath, [POINTSMAN, ...(await upArguments(file))]);
    assert.equal(second.code, 2);
    assert.match(second.stdout, /"code":"runs-already"/);

    const text = readFileSync(file, 'utf8');
    writeFileSync(file, 'networks: [');
    assert.equal((await execIn(file, 'hub', ['echo', 'found'])).stdout, 'found\n');
    assert.equal((await pointsman('heal', file)).stdout, 'Nothing was broken.\n');
    const drill = await pointsman('drill', file, 'loss', '1%', '--for', '0.1', '--json');
    assert.deepEqual([drill.stderr, drill.code], ['', 0]);
    assert.ok(JSON.parse(drill.stdout).load.asked > 0, drill.stdout);
    lab.up.process.kill('SIGSTOP');
    const down = startCommand(['down', file, '--json']);
    await once(down.process.stderr!, 'data');
    lab.up.process.kill('SIGCONT');
    assert.deepEqual(await down.exited, { code: 0, signal: null });
    assert.match(down.stderr(), /^waiting for the `pointsman up` that runs \S+ to end it …$/m);
    assert.deepEqual(down.events, [{ event: 'down', lab: lab.name, ran: true }]);
    assert.deepEqual(await lab.up.exited, { code: 0, signal: null });
    await assertGone(lab.name);
    writeFileSync(file, text);
    const gone = await execIn(file, 'hub', ['true']);
    assert.equal(gone.code, 2);
    assert.match(
      gone.stderr,
      /does not run in network namespaces; `pointsman up FILE --world namespaces` starts it/,
    );
  });

  test('what a lab left that was killed is removed by down, also where its topology is gone', async (t) => {
    const { file, lab } = await begin(t);
    lab.up.process.kill('SIGKILL');
    await lab.up.exited;
    rmSync(file);
    const which = await pointsman('down');
    assert.equal(which.code, 2);
    assert.ok(which.stderr.includes(`${lab.name} (${file})`), which.stderr);
    const { code, stdout } = await pointsman('down', '--lab', lab.name);
    assert.deepEqual([code, stdout], [0, `${lab.name} was not running; nothing of it is left.\n`]);
    await assertGone(lab.name);
  });

  test('what a lab left that was killed in its start is removed by the next up, which Ctrl-C ends', async (t) => {
    const small = labFile(t);
    const first = startCommand(await upArguments(small.file));
    const end = performance.now() + 60_000;
    while ((await namespacesOf(small.name)).length < 3 && performance.now() < end);
    first.process.kill('SIGKILL');
    await first.exited;
    const second = startCommand(await upArguments(small.file));
    await second.waitFor(({ event }) => event === 'ready');
    assert.equal(
      (await execIn(small.file, 'office', ['dig', '+short', 'www.cloud.example'])).stdout,
      '10.1.1.80\n',
    );
    second.process.kill('SIGINT');
    assert.deepEqual(await second.exited, { code: 0, signal: null });
    await assertGone(small.name);
  });

  test('one that is told to end while it starts leaves nothing', async (t) => {
    const small = labFile(t);
    const up = startCommand(await upArguments(small.file));
    const end = performance.now() + 60_000;
    while ((await namespacesOf(small.name)).length < 2 && performance.now() < end);
    up.process.kill('SIGTERM');
    assert.equal((await up.exited).code, 0);
    await assertGone(small.name);
  });

  test('without root, and without user namespaces, it says what is missing, and which world goes without', async (t) => {
    const small = labFile(t);
    // Whoever has no number in a user namespace can make none within.
    const args = ['--user', process.execPath, POINTSMAN, 'up', small.file, '--world', 'namespaces'];
    const { code, stderr } = await run('unshare', args);
    assert.equal(code, 2);
    assert.match(stderr, /needs root \(sudo\), or user namespaces, .*; without it, `--world loopback` runs/);
  });
});

type Context = { after: (clean: () => unknown) => void };

function labFile(t: Context): LabFile {
  const small = smallTopology();
  t.after(async () => {
    await downLab(small.file);
    small.remove();
  });
  return small;
}

async function begin(t: Context) {
  const small = labFile(t);
  const up = startCommand(await upArguments(small.file));
  await up.waitFor(({ event }) => event === 'ready');
  return { file: small.file, lab: { name: small.name, up } };
}

async function upArguments(file: string): Promise<string[]> {
  return ['up', file, '--world', 'namespaces', '--json', '--port', String(await freePort())];
}

async function namespacesOf(name: string): Promise<string[]> {
  const { stdout } = await run('ip', ['netns', 'list']);
  return stdout.split('\n').filter((line) => line.startsWith(`pm-${name}.`));
}

async function assertGone(name: string): Promise<void> {
  assert.deepEqual(await namespacesOf(name), []);
  assert.ok(!existsSync(`/run/pointsman/labs/${name}`));
  const { stdout } = await run('ps', ['-eo', 'args']);
  assert.deepEqual(
    stdout.split('\n').filter((line) => line.includes(`/labs/${name}/`)),
    [],
  );
}
