import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { skipWithout } from '../../../../../test/system/packages.ts';
import { until } from '../contract/servers.ts';
import { mimic, namedPids, scratch, startCorp } from './corp-world.ts';

const NOT_ROOT = process.getuid?.() !== 0 && 'named runs as another user where root starts it';

describe('the folder of a named', {
  skip: skipWithout('named', 'named-checkconf', 'rndc', 'ps'),
  timeout: 300_000,
}, () => {
  test('its folder is for nobody else, and is gone after it', async (t) => {
    const parent = scratch(t);
    const { world } = await startCorp(t, { directory: parent });
    const [name] = readdirSync(parent);
    const folder = join(parent, name!);
    assert.equal(statSync(folder).mode & 0o007, 0);
    assert.equal(statSync(join(folder, 'rndc.key')).mode & 0o007, 0);
    assert.deepEqual(readdirSync(folder).sort(), ['named.conf', 'rndc.key', 'work']);
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

  test('where root starts named, named writes to its working directory alone, and reads the rest', {
    skip: NOT_ROOT,
  }, async (t) => {
    const parent = scratch(t);
    const { world, upstream } = await startCorp(t, { directory: parent });
    await world.engine.reload(world.changed({ rules: [{ suffix: 'new.example', upstreams: [upstream] }] }));
    const [name] = readdirSync(parent);
    const folder = join(parent, name!);
    const { gid } = statSync(join(folder, 'work'));
    const of = (path: string) => {
      const status = statSync(join(folder, path));
      return [status.uid, status.gid, (status.mode & 0o7777).toString(8)];
    };
    assert.deepEqual(of('.'), [0, gid, '750']);
    assert.deepEqual(of('named.conf'), [0, gid, '640']);
    assert.deepEqual(of('rndc.key'), [0, gid, '640']);
    assert.equal(of('work')[2], '700');
    assert.notEqual(of('work')[0], 0);
    assert.notEqual(gid, 0);
  });

  test('a link in the place of a file that is to be written is replaced, not followed', async (t) => {
    const parent = scratch(t);
    const { world, upstream } = await startCorp(t, { directory: parent });
    const [name] = readdirSync(parent);
    const victim = join(scratch(t), 'victim');
    writeFileSync(victim, 'as it was', { mode: 0o600 });
    const { uid, mode } = statSync(victim);
    symlinkSync(victim, join(parent, name!, 'named.conf.next'));
    await world.engine.reload(world.changed({ rules: [{ suffix: 'new.example', upstreams: [upstream] }] }));
    assert.equal(await world.client.ask('www.new.example.'), '10.0.0.1');
    assert.equal(readFileSync(victim, 'utf8'), 'as it was');
    assert.deepEqual([statSync(victim).uid, statSync(victim).mode], [uid, mode]);
  });

  test('a folder that its user cannot enter: it does not start, and the error names the folder', {
    skip: NOT_ROOT,
  }, async (t) => {
    const parent = scratch(t);
    chmodSync(parent, 0o700);
    await assert.rejects(startCorp(t, { directory: parent }), {
      code: 'EACCES',
      message: /pointsman-bind-test-/,
    });
    assert.deepEqual(readdirSync(parent), []);
  });

  test('a folder in which its user may rename what root writes to: it does not start', {
    skip: NOT_ROOT,
  }, async (t) => {
    const parent = scratch(t);
    chmodSync(parent, 0o777);
    const inside = join(parent, 'inside');
    mkdirSync(inside);
    await assert.rejects(startCorp(t, { directory: inside }), {
      code: 'EACCES',
      message: /who may rename what is in .*pointsman-bind-test-\S+, and root writes there/,
    });
    chmodSync(parent, 0o1777);
    const { world } = await startCorp(t, { directory: inside });
    await world.engine.stop();
  });

  test('it dies with its parent, however that dies, and leaves nothing behind', async (t) => {
    const parent = scratch(t);
    const { child } = await startElsewhere(t, parent);
    const [orphan] = await namedPids(child.pid);
    assert.ok(orphan !== undefined);
    child.kill('SIGKILL');
    await until(() => !existsSync(`/proc/${orphan}`) && readdirSync(parent).length === 0);
  });

  test('nothing stays behind either where the parent dies while there is no named', async (t) => {
    const parent = scratch(t);
    const broken = join(scratch(t), 'named-is-broken');
    mimic(t, 'named', `[ -e ${broken} ] && exit 1`);
    const { child, output } = await startElsewhere(t, parent);
    const [named] = await namedPids(child.pid);
    writeFileSync(broken, '');
    process.kill(named!, 'SIGKILL');
    await until(() => output().includes('it is started again in 200 ms'));
    assert.equal(readdirSync(parent).length, 1);
    child.kill('SIGKILL');
    await until(() => readdirSync(parent).length === 0);
  });
});

/** An engine in a process of its own, which prints its log; resolves when it serves. */
async function startElsewhere(
  t: TestContext,
  directory: string,
): Promise<{ child: ChildProcess; output: () => string }> {
  const script = `
    import { startEngine } from ${JSON.stringify(new URL('../start-engine.ts', import.meta.url).href)};
    import { parsed } from ${JSON.stringify(new URL('../contract/engine-world.ts', import.meta.url).href)};
    const config = parsed({ name: 'orphan', listen: ['127.0.0.1:${randomInt(12_000, 32_000)}'], clients: [], rules: [] });
    const log = ({ message }) => console.log(message);
    await startEngine('bind', config, { workers: 1, log, onFailure() {}, directory: ${JSON.stringify(directory)} });
    console.log('serving');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  await until(() => /^serving$/m.test(text) || child.exitCode !== null);
  assert.equal(child.exitCode, null, text);
  return { child, output: () => text };
}
