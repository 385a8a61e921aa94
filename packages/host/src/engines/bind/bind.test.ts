import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { skipWithout } from '../../../../../test/system/packages.ts';
import { until } from '../contract/servers.ts';
import { messages, mimic, namedPids, scratch, startCorp } from './corp-world.ts';

describe('a named under supervision', {
  skip: skipWithout('named', 'named-checkconf', 'rndc', 'ps'),
  timeout: 300_000,
}, () => {
  test('killed under load, it answers again', async (t) => {
    const { world } = await startCorp(t);
    // From the last good answer to the next, as clients see it that ask every few milliseconds.
    let answered = performance.now();
    let gap = 0;
    let isOver = false;
    let asked = 0;
    const load = async () => {
      while (!isOver) {
        const answer = await world.client.ask(`n${asked++}.corp.example.`, 50);
        if (answer !== '10.0.0.1') continue;
        gap = Math.max(gap, performance.now() - answered);
        answered = performance.now();
      }
    };
    const loads = Array.from({ length: 8 }, load);
    await until(() => asked > 200);
    const [victim] = await namedPids();
    process.kill(victim!, 'SIGKILL');
    await until(() => messages(world).includes('named answers again'));
    const back = performance.now();
    await until(() => answered > back);
    isOver = true;
    await Promise.all(loads);
    t.diagnostic(`no answer for ${gap.toFixed(0)} ms`);
  });

  test('one that could not start again, because its port was taken, starts when the port is free', async (t) => {
    const waits = join(scratch(t), 'named-waits');
    mimic(t, 'named', `while [ -e ${waits} ]; do sleep 0.01; done`);
    const { world } = await startCorp(t);
    const [address, port] = world.address.split(':') as [string, string];
    const [victim] = await namedPids();
    writeFileSync(waits, '');
    process.kill(victim!, 'SIGKILL');
    await until(() => !existsSync(`/proc/${victim}`));
    const taken = createSocket('udp4').bind({ port: Number(port), address, exclusive: true });
    taken.unref();
    await once(taken, 'listening');
    rmSync(waits);
    await until(() => messages(world).some((each) => each.endsWith('it is started again in 100 ms')));
    const { serving, reason } = await world.engine.health();
    assert.equal(serving, false);
    assert.match(reason, /^named does not start: /);
    await new Promise<void>((resolve) => taken.close(() => resolve()));
    await until(() => messages(world).includes('named answers again'));
    assert.equal(await world.client.ask('www.corp.example.'), '10.0.0.1');
  });

  test('stopped while there is none, it ends: what waited for one is refused, and nothing is left', async (t) => {
    const parent = scratch(t);
    const broken = join(scratch(t), 'named-is-broken');
    mimic(t, 'named', `[ -e ${broken} ] && exit 1`);
    const { world, upstream } = await startCorp(t, { directory: parent });
    writeFileSync(broken, '');
    const [victim] = await namedPids();
    process.kill(victim!, 'SIGKILL');
    await until(() => messages(world).some((each) => each.startsWith('named is gone')));
    const reload = world.engine.reload(
      world.changed({ rules: [{ suffix: 'new.example', upstreams: [upstream] }] }),
    );
    const refused = assert.rejects(reload, { code: 'STOPPED' });
    await world.engine.stop();
    await refused;
    await assert.rejects(world.engine.reload(world.config), { code: 'STOPPED' });
    assert.deepEqual(readdirSync(parent), []);
  });

  test('stopped while its named is frozen, it ends, and so does named', async (t) => {
    const { world } = await startCorp(t);
    const [frozen] = await namedPids();
    process.kill(frozen!, 'SIGSTOP');
    await world.engine.stop();
    assert.ok(!existsSync(`/proc/${frozen}`));
  });

  test('BIND 9.20 has no time for stale answers: it gives none before it has given up, and that is said', async (t) => {
    const parent = scratch(t);
    mimic(t, 'named', `[ "$1" = -V ] && { echo "BIND 9.20.9-1-Debian (Stable Release) <id:>"; exit 0; }`);
    const { world } = await startCorp(t, { directory: parent });
    const [name] = readdirSync(parent);
    const config = readFileSync(join(parent, name!, 'named.conf'), 'utf8');
    assert.match(config, /^\tstale-answer-client-timeout off;$/m);
    assert.ok(messages(world).some((each) => each.includes('gives no stale answer before that')));
  });

  test('a BIND that is too old, or no BIND at all, is refused by name', async (t) => {
    mimic(t, 'named', `[ "$1" = -V ] && { echo "BIND 9.16.50-Debian (Extended Support Version)"; exit 0; }`);
    await assert.rejects(startCorp(t), { code: 'NOT_INSTALLED', message: /9\.18 or later.*is 9\.16/ });
    mimic(t, 'named', `echo "what?"; exit 0`);
    await assert.rejects(startCorp(t), { code: 'NOT_INSTALLED', message: /does not say which BIND.*what\?/ });
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
