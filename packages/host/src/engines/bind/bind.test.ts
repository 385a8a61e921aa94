import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { findCommand, skipWithout } from '../../../../../test/system/packages.ts';
import { type EngineWorld, freeAddress, startEngineWorld } from '../contract/engine-world.ts';
import { startUpstream, until } from '../contract/servers.ts';

describe('a named under supervision', {
  skip: skipWithout('named', 'named-checkconf', 'rndc', 'ps'),
  timeout: 120_000,
}, () => {
  test('killed under load, it answers again within a second', async (t) => {
    const { world } = await startCorp(t);
    const gaps: number[] = [];
    for (let kills = 0; kills < 3 && !(Math.min(...gaps) < 1000); kills++) {
      // From the last good answer to the next, as clients see it that ask every few milliseconds.
      let answered = performance.now();
      let gap = 0;
      let isOver = false;
      let asked = 0;
      const load = async () => {
        while (!isOver) {
          const answer = await world.client.ask(`n${kills}-${asked++}.corp.example.`, 50);
          if (answer !== '10.0.0.1') continue;
          gap = Math.max(gap, performance.now() - answered);
          answered = performance.now();
        }
      };
      const loads = Array.from({ length: 8 }, load);
      await until(() => asked > 200);
      const [victim] = await namedPids();
      process.kill(victim!, 'SIGKILL');
      await until(() => messages(world).filter((each) => each === 'named answers again').length > kills);
      const goal = asked + 200;
      await until(() => asked > goal);
      isOver = true;
      await Promise.all(loads);
      gaps.push(gap);
    }
    t.diagnostic(`no answer for ${gaps.map((gap) => gap.toFixed(0)).join(', ')} ms`);
    assert.ok(Math.min(...gaps) < 1000);
  });

  test('one that dies again and again is started later and later', async (t) => {
    const { world } = await startCorp(t);
    for (let kills = 1; kills <= 4; kills++) {
      const [victim] = await namedPids();
      process.kill(victim!, 'SIGKILL');
      await until(() => messages(world).filter((each) => each === 'named answers again').length === kills);
    }
    const delays = messages(world).flatMap(
      (each) => /^named is gone: it was killed by SIGKILL; it is started again(.*)$/.exec(each)?.[1] ?? [],
    );
    assert.deepEqual(delays, ['', ' in 100 ms', ' in 200 ms', ' in 400 ms']);
    assert.equal(await world.client.ask('www.corp.example.'), '10.0.0.1');
    assert.ok((await world.engine.metrics()).queries > 0);
  });

  test('counts go on where the one before it ended', async (t) => {
    const { world } = await startCorp(t);
    for (let turn = 0; turn < 5; turn++) await world.client.ask(`n${turn}.corp.example.`);
    assert.equal((await world.engine.metrics()).queries, 5);
    const [victim] = await namedPids();
    process.kill(victim!, 'SIGKILL');
    await until(() => messages(world).includes('named answers again'));
    await world.client.ask('www.corp.example.');
    assert.equal((await world.engine.metrics()).queries, 6);
  });

  test('a configuration that named-checkconf rejects is not applied, and the error says what it said', async (t) => {
    const programs = mimic(
      t,
      'named-checkconf',
      'grep -q bad.example "$1" && { echo "$1:7: unknown option"; exit 1; }',
    );
    const { world, upstream } = await startCorp(t);
    const rules = [{ suffix: 'bad.example', upstreams: [upstream] }];
    await assert.rejects(world.engine.reload(world.changed({ rules })), {
      code: 'REJECTED',
      message: 'named does not take the configuration: named.conf.next:7: unknown option',
    });
    assert.equal(await world.client.ask('www.corp.example.'), '10.0.0.1');
    assert.equal(await world.client.ask('www.bad.example.'), 'REFUSED');
    programs.restore();
    await world.engine.reload(world.changed({ rules }));
    assert.equal(await world.client.ask('www.bad.example.'), '10.0.0.1');
  });

  test('one that named itself rejects is taken back: a named that starts later has the old one', async (t) => {
    const programs = mimic(
      t,
      'rndc',
      'case "$*" in *reconfig*) echo "reconfig failed: failure"; exit 1;; esac',
    );
    const { world, upstream } = await startCorp(t);
    const rules = [{ suffix: 'bad.example', upstreams: [upstream] }];
    await assert.rejects(world.engine.reload(world.changed({ rules })), {
      code: 'REJECTED',
      message: /reconfig failed: failure/,
    });
    programs.restore();
    const [victim] = await namedPids();
    process.kill(victim!, 'SIGKILL');
    await until(() => messages(world).includes('named answers again'));
    assert.equal(await world.client.ask('www.corp.example.'), '10.0.0.1');
    assert.equal(await world.client.ask('www.bad.example.'), 'REFUSED');
  });

  test('a reload while there is none waits for the next', async (t) => {
    const { world, upstream } = await startCorp(t);
    const [victim] = await namedPids();
    process.kill(victim!, 'SIGKILL');
    await until(() => messages(world).some((each) => each.startsWith('named is gone')));
    await world.engine.reload(world.changed({ rules: [{ suffix: 'new.example', upstreams: [upstream] }] }));
    assert.equal(await world.client.ask('www.new.example.'), '10.0.0.1');
  });

  test('its folder is for nobody else, and is gone after it', async (t) => {
    const parent = scratch(t);
    const { world } = await startCorp(t, { directory: parent });
    const [name] = readdirSync(parent);
    const folder = join(parent, name!);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder, 'rndc.key')).mode & 0o777, 0o600);
    const config = readFileSync(join(folder, 'named.conf'), 'utf8');
    assert.match(
      config,
      /^controls \{\n\tinet 127\.0\.0\.1 port [0-9]+ allow \{ 127\.0\.0\.1; \} keys \{ "pointsman"; \};\n\};$/m,
    );
    assert.match(
      config,
      /^statistics-channels \{\n\tinet 127\.0\.0\.1 port [0-9]+ allow \{ 127\.0\.0\.1; \};\n\};$/m,
    );
    assert.doesNotMatch(config, /secret/);
    await world.engine.stop();
    assert.deepEqual(readdirSync(parent), []);
    assert.deepEqual(await namedPids(), []);
  });

  test('a folder that its user cannot enter: it does not start, and the error names the folder', {
    skip: process.getuid?.() !== 0 && 'named runs as another user where root starts it',
  }, async (t) => {
    const parent = scratch(t);
    chmodSync(parent, 0o700);
    await assert.rejects(startCorp(t, { directory: parent }), {
      code: 'EACCES',
      message: /pointsman-bind-test-/,
    });
    assert.deepEqual(readdirSync(parent), []);
  });

  test('it dies with its parent, however that dies, and leaves nothing behind', async (t) => {
    const parent = scratch(t);
    const port = Number((await startCorp(t)).world.address.split(':')[1]) - 1;
    const script = `
      import { startEngine } from ${JSON.stringify(new URL('../start-engine.ts', import.meta.url).href)};
      import { parsed } from ${JSON.stringify(new URL('../contract/engine-world.ts', import.meta.url).href)};
      const config = parsed({ name: 'orphan', listen: ['127.0.0.1:${port}'], clients: [], rules: [] });
      await startEngine('bind', config, { workers: 1, log() {}, onFailure() {}, directory: ${JSON.stringify(parent)} });
      console.log('serving');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
    const [orphan] = await namedPids(child.pid);
    assert.ok(orphan !== undefined);
    child.kill('SIGKILL');
    await until(() => !existsSync(`/proc/${orphan}`) && readdirSync(parent).length === 0);
  });

  test('its log comes out as lines with level and category; what BIND does less well is told at the start', async (t) => {
    const { world } = await startCorp(t, {}, 'ordered');
    assert.ok(
      world.log.some(
        ({ level, category, message }) => level === 'info' && category === 'general' && message === 'running',
      ),
    );
    const warnings = world.log
      .filter(({ category }) => category === 'configuration')
      .map(({ message }) => message);
    assert.match(warnings.join('\n'), /BIND has no policy "ordered".*corp\.example/);
    assert.match(warnings.join('\n'), /BIND gives up after 10 s/);
  });
});

async function startCorp(
  t: TestContext,
  options: { directory?: string } = {},
  policy: 'ordered' | 'fastest' = 'fastest',
): Promise<{ world: EngineWorld; upstream: string }> {
  const one = await startUpstream(t, () => ({ address: '10.0.0.1', ttl: 0 }), { address: freeAddress() });
  const other = await startUpstream(t, () => ({ address: '10.0.0.1', ttl: 0 }), { address: freeAddress() });
  const rules = [{ suffix: 'corp.example', upstreams: [one.endpoint, other.endpoint], policy }];
  return { world: await startEngineWorld(t, 'bind', { rules }, options), upstream: one.endpoint };
}

function messages({ log }: EngineWorld): string[] {
  return log.map(({ message }) => message);
}

/** The nameds that a process has started. */
async function namedPids(parent = process.pid): Promise<number[]> {
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

/** Lets a shell script stand before a program of PATH: where it does not exit, the program itself runs. */
function mimic(t: TestContext, name: string, script: string): { restore: () => void } {
  const folder = scratch(t);
  const program = findCommand(name)!;
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

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-bind-test-'));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
