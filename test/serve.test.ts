import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { ForwarderConfigInput } from '@pointsman/core/config';
import { ask } from '@pointsman/lab';
import { pointsman } from './system/command.ts';
import { ENGINES } from './system/engines.ts';
import { freePort } from './system/free-port.ts';
import { type Running, type RunningWorld, startCommand, startUp } from './system/running.ts';

const ACME = 'examples/acme/hybrid.yaml';

/** One forwarder in front of acme's data centre, as it would run on a host. */
describe('serve', { timeout: 300_000, concurrency: 3 }, () => {
  let acme: RunningWorld;
  before(async () => {
    acme = await startUp(ACME);
  });
  after(() => acme?.stop());

  test('forwards by its configuration', async (t) => {
    const { forwarder, address, events } = await start(t, acme, '--workers', '2');
    const [ready] = events;
    assert.deepEqual([ready!.event, ready!.name, ready!.workers], ['ready', 'edge', 2]);
    assert.equal(await resolve(address, 'db.corp.acme.example.'), '192.168.10.20');
    assert.equal(await resolve(address, 'vault.cloud.acme.example.'), 'REFUSED');
    await forwarder.stop();
    assert.deepEqual(await forwarder.exited, { code: 0, signal: null });
  });

  test('does UDP in the way it is told to', async (t) => {
    const { address, events } = await start(t, acme, '--udp', 'dgram');
    assert.deepEqual([events[0]!.transport, events[0]!.transportReason], ['dgram', 'it was asked for']);
    assert.equal(await resolve(address, 'db.corp.acme.example.'), '192.168.10.20');
  });

  test('SIGHUP: a good file is served, a bad one is reported and changes nothing', async (t) => {
    const { forwarder, address, write, config } = await start(t, acme);
    const upstreams = config.rules[0]!.upstreams;
    write({ ...config, rules: [...config.rules, { suffix: 'cloud.acme.example', upstreams }] });
    forwarder.process.kill('SIGHUP');
    await forwarder.waitFor(({ event }) => event === 'reloaded');
    assert.equal(await resolve(address, 'vault.cloud.acme.example.'), '10.10.1.60');

    write({ ...config, rules: [{ suffix: 'corp..example', upstreams: ['nowhere'] }], clientz: [] });
    forwarder.process.kill('SIGHUP');
    const refused = await forwarder.waitFor(({ event }) => event === 'reload-refused');
    assert.equal((refused.mistakes as string[]).length, 3, JSON.stringify(refused));
    assert.equal(await resolve(address, 'vault.cloud.acme.example.'), '10.10.1.60');
    assert.equal(await resolve(address, 'db.corp.acme.example.'), '192.168.10.20');
  });

  for (const { engine, skip } of ENGINES) {
    test(`says when an upstream goes down, and when it is back, with engine ${engine}`, {
      skip,
    }, async (t) => {
      const world = await startUp(ACME);
      t.after(world.stop);
      const { forwarder, config, events } = await start(t, world, '--engine', engine);
      assert.ok(!events.some(({ event }) => event === 'upstream'));
      await world.stop();
      const upstreams = config.rules[0]!.upstreams;
      const told = (state: string) =>
        Promise.all(
          upstreams.map((each) =>
            forwarder.waitFor(
              ({ event, endpoint, ...rest }) =>
                event === 'upstream' && endpoint === each && rest.state === state,
            ),
          ),
        );
      const [down] = await told('down');
      assert.match(String(down!.message), /^upstream \S+ is down: (no answer|connection refused)/);
      const again = await startUp(ACME, { port: world.ready.port });
      t.after(again.stop);
      const [up] = await told('up');
      assert.match(String(up!.message), /^upstream \S+ is up again$/);
    });
  }

  test('a signal that comes while it starts counts when it has started', {
    skip: !existsSync('/proc/self/status') && 'signals that a process listens for show in Linux’s /proc',
  }, async (t) => {
    const { file, config, write } = await start(t, acme);
    write({ ...config, listen: [`127.0.0.1:${await freePort()}`] });
    const reloading = startCommand(['serve', file, '--json']);
    t.after(reloading.stop);
    await untilCaught(reloading, SIGHUP);
    reloading.process.kill('SIGHUP');
    await reloading.waitFor(({ event }) => event === 'reloaded');
    assert.deepEqual(
      reloading.events.map(({ event }) => event),
      ['ready', 'reloaded'],
    );
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      write({ ...config, listen: [`127.0.0.1:${await freePort()}`] });
      const ending = startCommand(['serve', file, '--json']);
      t.after(ending.stop);
      await untilCaught(ending, SIGHUP);
      ending.process.kill(signal);
      assert.deepEqual(await ending.exited, { code: 0, signal: null });
      assert.equal(ending.events.at(-1)?.event, 'stopped');
    }
  });

  test('a topology is no configuration: it says how to get one out of it', async (t) => {
    const file = join(scratch(t), 'hybrid.json');
    writeFileSync(file, '{ "name": "x", "networks": {} }');
    for (const topology of [ACME, file]) {
      const { code, stderr } = await pointsman('serve', topology);
      assert.equal(code, 2);
      assert.ok(
        stderr.includes(
          `${topology} is a topology; serve reads the configuration of one member: pointsman check ${topology} --json | jq `,
        ),
        stderr,
      );
    }
  });

  test('a wrong configuration: all mistakes at once, exit code 2', async (t) => {
    const folder = scratch(t);
    const file = join(folder, 'wrong.json');
    writeFileSync(
      file,
      '{ "name": "x", "listen": ["10.0.0.1"], "clients": ["10.0.0.0/99"], "rules": [], "cashe": {} }',
    );
    const { code, stdout, stderr } = await pointsman('serve', file);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    for (const place of ['listen.0', 'clients.0', 'cashe'])
      assert.match(stderr, new RegExp(`wrong.json: ${place}: `));
    const missing = await pointsman('serve', join(folder, 'missing.json'));
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /there is no such file/);
  });

  test('a port in use: one message, exit code 2', async (t) => {
    const { file } = await start(t, acme);
    const { code, stderr } = await pointsman('serve', file);
    assert.equal(code, 2);
    assert.match(stderr, /in use/);
    assert.equal(stderr.trim().split('\n').length, 1);
  });
});

type Config = ForwarderConfigInput & { clientz?: unknown };
type Started = {
  forwarder: Running;
  address: { address: string; port: number };
  events: Running['events'];
  file: string;
  config: Config;
  write: (config: Config) => void;
};

async function start(t: TestContext, world: RunningWorld, ...args: string[]): Promise<Started> {
  const address = { address: '127.0.0.1', port: await freePort() };
  const config: Config = {
    name: 'edge',
    listen: [`127.0.0.1:${address.port}`],
    clients: ['127.0.0.0/8'],
    rules: [
      {
        suffix: 'corp.acme.example',
        upstreams: world.ready.authorities[0]!.servers.map((each) => each.address),
      },
    ],
    otherwise: 'refuse',
  };
  const file = join(scratch(t), 'forwarder.json');
  const write = (next: Config) => writeFileSync(file, JSON.stringify(next));
  write(config);
  const forwarder = startCommand(['serve', file, '--json', ...args]);
  t.after(forwarder.stop);
  await forwarder.waitFor(({ event }) => event === 'ready');
  return { forwarder, address, events: forwarder.events, file, config, write };
}

const SIGHUP = 1;

/** Until the process listens for the signal. */
async function untilCaught({ process: { pid } }: Running, signal: number): Promise<void> {
  for (;;) {
    const [, caught] = /^SigCgt:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
    if ((BigInt(`0x${caught}`) >> BigInt(signal - 1)) & 1n) return;
    await wait(5);
  }
}

/** The last record’s address, or the response code where there is none. */
async function resolve(server: { address: string; port: number }, name: string): Promise<string> {
  const reply = await ask({ server, source: '127.0.0.1', name, type: 'A' });
  assert.ok(reply.ok, JSON.stringify(reply));
  const last = reply.message.answers.at(-1);
  return last ? last.data.join('.') : reply.message.rcode === 5 ? 'REFUSED' : String(reply.message.rcode);
}

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-serve-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
