/** Starting, reloading and stopping a forwarder. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startForwarder } from '../index.ts';
import { answersOf, rcodeOf } from './records.ts';
import { freeAddress, type Reply, type Script } from './scripted-upstream.ts';
import { freePort, gate, makeConfig, startWorld, until, upstream } from './world.ts';

const SLOW = { timeout: 120_000 };
const answering =
  (address: string): Script =>
  ({ name }) => ({ answers: [`${name} 600 A ${address}`] });

suite('lifecycle', { concurrency: 4 }, () => {
  test('a reload under load loses no query and swaps the rules', SLOW, async (t) => {
    const first = await upstream(t, ({ name }) => ({ answers: [`${name} 0 A 10.0.0.1`] }));
    const second = await upstream(t, ({ name }) => ({ answers: [`${name} 0 A 10.0.0.2`] }));
    const world = await startWorld(t, { 'corp.example': first }, { workers: 2 });
    const seen = new Set<string>();
    let reloads = 0;
    let asked = 0;
    const load = async () => {
      const client = await world.udp();
      while (reloads < 20) {
        const response = await client.ask(`n${asked++ % 50}.corp.example.`);
        assert.equal(rcodeOf(response), 'NOERROR');
        seen.add(answersOf(response)[0]!.slice(-8));
      }
    };
    const loads = Array.from({ length: 8 }, load);
    while (reloads < 20) {
      await world.reload({ 'corp.example': reloads % 2 ? first : second });
      const goal = asked + 40;
      await until(() => asked >= goal);
      reloads++;
    }
    await Promise.all(loads);
    assert.deepEqual(seen, new Set(['10.0.0.1', '10.0.0.2']));
    await world.reload({ 'corp.example': second });
    const { length } = first.asked;
    assert.deepEqual(answersOf(await world.client.ask('last.corp.example.')), [
      'last.corp.example. A 10.0.0.2',
    ]);
    assert.equal(first.asked.length, length);
  });

  test('a reload keeps what is true under the new rules, and nothing else', SLOW, async (t) => {
    const corp = await upstream(t, (asked) =>
      asked.name === 'alias.corp.example.'
        ? { answers: ['alias.corp.example. 600 CNAME www.cloud.example.'] }
        : answering('10.0.0.1')(asked),
    );
    const cloud = await upstream(t, answering('10.0.0.2'));
    const other = await upstream(t, answering('10.0.0.3'));
    const world = await startWorld(t, { 'corp.example': corp, 'cloud.example': cloud });
    const names = ['www.corp.example.', 'a.sub.corp.example.', 'www.cloud.example.', 'alias.corp.example.'];
    for (const name of names) await world.client.ask(name);
    const before = [corp.asked.length, cloud.asked.length];
    await world.reload(
      { 'corp.example': corp, 'cloud.example': cloud, 'unrelated.example': other },
      { deadline: 900 },
    );
    for (const name of names) await world.client.ask(name);
    assert.deepEqual(
      [corp.asked.length, cloud.asked.length],
      before,
      'nothing that is still true is asked again',
    );

    await world.reload({ 'corp.example': corp, 'sub.corp.example': other, 'cloud.example': other });
    assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
      'www.corp.example. A 10.0.0.1',
    ]);
    assert.deepEqual(answersOf(await world.client.ask('a.sub.corp.example.')), [
      'a.sub.corp.example. A 10.0.0.3',
    ]);
    assert.deepEqual(answersOf(await world.client.ask('alias.corp.example.')), [
      'alias.corp.example. CNAME www.cloud.example.',
      'www.cloud.example. A 10.0.0.3',
    ]);
    assert.deepEqual(answersOf(await world.client.ask('www.cloud.example.')), [
      'www.cloud.example. A 10.0.0.3',
    ]);
    assert.equal(corp.count('www.corp.example.'), 1);

    await world.reload({ 'cloud.example': cloud });
    assert.equal(rcodeOf(await world.client.ask('www.corp.example.')), 'REFUSED');
  });

  test(
    'a question in flight across a reload is answered under the rules it was asked under',
    SLOW,
    async (t) => {
      const open = gate<Reply>();
      const first = await upstream(t, () => open.wait);
      const second = await upstream(t, answering('10.0.0.2'));
      const world = await startWorld(t, { 'corp.example': first }, { deadline: '10s' });
      const answer = world.client.ask('www.corp.example.');
      await until(() => first.asked.length > 0);
      await world.reload({ 'corp.example': second });
      open.open({ answers: ['www.corp.example. 600 A 10.0.0.1'] });
      assert.deepEqual(answersOf(await answer), ['www.corp.example. A 10.0.0.1']);
      assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
        'www.corp.example. A 10.0.0.2',
      ]);
    },
  );

  test('clients and views change with a reload', SLOW, async (t) => {
    const corp = await upstream(t, answering('10.0.0.1'));
    const world = await startWorld(t, { 'corp.example': corp });
    assert.equal(rcodeOf(await world.client.ask('www.corp.example.')), 'NOERROR');
    await world.reload({ 'corp.example': corp }, { clients: ['127.5.0.0/16'] });
    assert.equal(rcodeOf(await world.client.ask('www.corp.example.')), 'REFUSED');
  });

  test('what cannot change is refused, and the old configuration serves on', SLOW, async (t) => {
    const corp = await upstream(t, answering('10.0.0.1'));
    const world = await startWorld(t, { 'corp.example': corp });
    for (const changed of [{ listen: [`${freeAddress()}:${world.port}`] }, { cache: { bytes: 2 ** 21 } }]) {
      await assert.rejects(world.reload({ 'elsewhere.example': corp }, changed), {
        code: 'RESTART_NEEDED',
        message: /listen|cache/,
      });
    }
    assert.equal(rcodeOf(await world.client.ask('www.corp.example.')), 'NOERROR');
  });

  test(
    'reloads and requests for numbers that run at the same time each have their own end',
    SLOW,
    async (t) => {
      const old = await upstream(t, answering('10.0.0.1'));
      const world = await startWorld(t, { 'corp.example': old }, { workers: 2 });
      const warnings: Error[] = [];
      const onWarning = (warning: Error) => warnings.push(warning);
      process.on('warning', onWarning);
      t.after(() => process.off('warning', onWarning));
      const last = await upstream(t, answering('10.0.0.2'));
      const reloads = Array.from({ length: 20 }, (_, index) =>
        world.reload({ 'corp.example': index === 19 ? last : old }),
      );
      const clients = await Promise.all(Array.from({ length: 8 }, () => world.udp()));
      await reloads.at(-1);
      for (const [index, client] of clients.entries()) {
        assert.deepEqual(answersOf(await client.ask(`n${index}.corp.example.`)), [
          `n${index}.corp.example. A 10.0.0.2`,
        ]);
      }
      const stats = await Promise.all(Array.from({ length: 30 }, () => world.forwarder.stats()));
      assert.deepEqual(new Set(stats.map(({ queries }) => queries)), new Set([8]));
      await Promise.all(reloads);
      assert.deepEqual(warnings, []);
    },
  );

  test('a number of workers that there cannot be is refused', SLOW, async (t) => {
    const corp = await upstream(t, answering('10.0.0.1'));
    const config = makeConfig(freeAddress(), freePort(), { 'corp.example': corp });
    for (const workers of [0, 256, 1.5])
      await assert.rejects(startForwarder(config, { workers }), {
        code: 'ERR_OUT_OF_RANGE',
        message: /1 to 255/,
      });
  });

  test('many reloads with new upstreams leave nothing behind', SLOW, async (t) => {
    const corp = await upstream(t, answering('10.0.0.1'));
    const world = await startWorld(t, { 'corp.example': corp });
    for (let round = 0; round < 300; round++) {
      const others = Array.from(
        { length: 10 },
        (_, index) => `127.0.${round % 250}.${index + 1}:${20_000 + round}`,
      );
      await world.reload({ 'corp.example': corp, 'old.example': { upstreams: others } });
    }
    await world.reload({ 'corp.example': corp });
    assert.equal((await world.forwarder.stats()).upstreams.length, 1);
    assert.equal(rcodeOf(await world.client.ask('www.corp.example.')), 'NOERROR');
  });

  test('a port in use: one message that names it, and nothing half started', SLOW, async (t) => {
    const corp = await upstream(t, answering('10.0.0.1'));
    const [address, port] = [freeAddress(), freePort()];
    const free = `${freeAddress()}:${port}`;
    const config = makeConfig(
      address,
      port,
      { 'corp.example': corp },
      { listen: [free, `${address}:${port}`] },
    );
    const udp = dgram.createSocket('udp4').bind(port, address);
    await once(udp, 'listening');
    const refused = { code: 'EADDRINUSE', message: `${address} port ${port} is in use by another process` };
    await assert.rejects(startForwarder(config, { workers: 1 }), refused);
    udp.close();
    await once(udp, 'close');
    const tcp = net.createServer().listen(port, address);
    await once(tcp, 'listening');
    await assert.rejects(startForwarder(config, { workers: 1 }), refused);
    tcp.close();
    await once(tcp, 'close');
    const running = await startForwarder(config, { workers: 2 });
    await assert.rejects(startForwarder(config, { workers: 2 }), { code: 'EADDRINUSE' });
    await running.stop();
    const again = await startForwarder(config, { workers: 1 });
    await again.stop();
  });

  test('an address that this machine does not have', SLOW, async (t) => {
    const corp = await upstream(t, answering('10.0.0.1'));
    const config = makeConfig('192.0.2.1', freePort(), { 'corp.example': corp });
    await assert.rejects(startForwarder(config, { workers: 1 }), {
      code: 'EADDRNOTAVAIL',
      message: /192\.0\.2\.1/,
    });
  });

  test(
    'stop ends everything: the process exits by itself, with questions in flight and connections open',
    SLOW,
    async (t) => {
      const corp = await upstream(t, () => undefined);
      const [address, port] = [freeAddress(), freePort()];
      const config = makeConfig(address, port, { 'corp.example': corp });
      const program = fileURLToPath(new URL('./start-and-stop.ts', import.meta.url));
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [
        program,
        JSON.stringify(config),
      ]);
      assert.match(stdout, /^stopped$/m);
      assert.equal(stderr, '');
    },
  );
});
