import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { ForwarderConfigInput } from '@pointsman/core/config';
import { ask } from '@pointsman/lab';
import { pointsman } from './system/command.ts';
import { freePort } from './system/free-port.ts';
import { type Running, type RunningWorld, startCommand, startUp } from './system/running.ts';

/** One forwarder in front of acme's data centre, as it would run on a host. */
describe('serve', { timeout: 60_000 }, () => {
  test('forwards by its configuration', async (t) => {
    const { forwarder, address, events } = await start(t, { args: ['--workers', '2'] });
    const [ready] = events;
    assert.deepEqual([ready!.event, ready!.name, ready!.workers], ['ready', 'edge', 2]);
    assert.equal(await resolve(address, 'db.corp.acme.example.'), '192.168.10.20');
    assert.equal(await resolve(address, 'vault.cloud.acme.example.'), 'REFUSED');
    await forwarder.stop();
    assert.deepEqual(await forwarder.exited, { code: 0, signal: null });
  });

  test('does UDP in the way it is told to', async (t) => {
    const { address, events } = await start(t, { args: ['--udp', 'dgram'] });
    assert.equal(events[0]!.transport, 'dgram');
    assert.equal(await resolve(address, 'db.corp.acme.example.'), '192.168.10.20');
  });

  test('SIGHUP: a good file is served, a bad one is reported and changes nothing', async (t) => {
    const { forwarder, address, write, config } = await start(t, {});
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
    const { file } = await start(t, {});
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

async function start(t: TestContext, { args = [] }: { args?: string[] }): Promise<Started> {
  const world: RunningWorld = await startUp('examples/acme/hybrid.yaml');
  t.after(world.stop);
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
