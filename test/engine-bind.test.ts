import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { rcodeName } from '@pointsman/core/dns';
import { ask } from '@pointsman/lab';
import { POINTSMAN, run } from './system/command.ts';
import { exampleWithEngine } from './system/engines.ts';
import { freePort } from './system/free-port.ts';
import { findCommand, skipWithout } from './system/packages.ts';
import { type RunningWorld, startCommand, startUp } from './system/running.ts';

const CANNOT_HIDE = await cannotHide();

/** Real `named` processes behind the command: as members of a tier, and alone on a host. */
describe('BIND behind the command', {
  skip: skipWithout('named', 'named-checkconf', 'rndc', 'ps', 'dig'),
  timeout: 300_000,
}, () => {
  test('a member that is killed takes its named along, and leaves no folder behind', async (t) => {
    const { world, folders } = await startAcme(t);
    assert.equal(folders().length, 3);
    const [first] = world.ready.forwarders;
    const [named] = await namedBelow(first!.pid);
    process.kill(first!.pid, 'SIGKILL');
    await until(() => !existsSync(`/proc/${named}`) && folders().length === 2);
  });

  test('when up itself is killed, no named stays', async (t) => {
    const { world, folders } = await startAcme(t);
    const nameds = (await Promise.all(world.ready.forwarders.map(({ pid }) => namedBelow(pid)))).flat();
    assert.equal(nameds.length, 3);
    world.process.kill('SIGKILL');
    await until(() => nameds.every((pid) => !existsSync(`/proc/${pid}`)) && folders().length === 0);
  });

  describe('a world that goes on', () => {
    const cleanups: (() => unknown)[] = [];
    let world: RunningWorld;
    before(async () => {
      ({ world } = await startAcme({ after: (cleanup) => cleanups.push(cleanup) }));
    });
    after(async () => {
      for (const cleanup of cleanups.toReversed()) await cleanup();
    });

    test('a named that is killed is back before anybody asks again, and its member stays up', async () => {
      const { client, resolvers } = world.ready.networks.find(({ name }) => name === 'orders')!;
      const [address, port] = resolvers[0]!.split(':') as [string, string];
      const member = world.ready.forwarders.find((each) => each.address === resolvers[0])!;
      const [named] = await namedBelow(member.pid);
      process.kill(named!, 'SIGKILL');
      const reply = await ask({
        server: { address, port: Number(port) },
        source: client,
        name: 'db.corp.acme.example.',
        type: 'A',
      });
      assert.ok(reply.ok);
      assert.deepEqual(reply.message.answers.at(-1)?.data.join('.'), '192.168.10.20');
      assert.ok(!world.events.some(({ event }) => event === 'member'));
    });

    test('over TCP too, a member sees the address of its client', async () => {
      const [address, port] = world.ready.forwarders[0]!.address.split(':') as [string, string];
      const digTcp = async (client: string) =>
        (
          await run('dig', [
            '+tcp',
            '+time=3',
            '-b',
            client,
            `@${address}`,
            '-p',
            port,
            'db.corp.acme.example',
          ])
        ).stdout;
      const { client } = world.ready.networks.find(({ name }) => name === 'orders')!;
      assert.match(await digTcp(client), /192\.168\.10\.20/);
      assert.match(await digTcp('127.99.99.99'), /status: REFUSED/);
    });

    test('up shows what is asked', async () => {
      const { client, resolvers } = world.ready.networks.find(({ name }) => name === 'orders')!;
      const [address, port] = resolvers[0]!.split(':') as [string, string];
      const isStatus = ({ event }: { event: string }) => event === 'status';
      while (!world.events.some(isStatus)) {
        await ask({
          server: { address, port: Number(port) },
          source: client,
          name: 'db.corp.acme.example.',
          type: 'A',
        });
        await wait(50);
      }
      const status = world.events.find(isStatus)!;
      assert.ok(Number(status.queries) >= 1, JSON.stringify(status));
      assert.ok(Number(status.cacheHitShare) > 0, JSON.stringify(status));
    });

    test('serve --engine bind: SIGHUP reads the file again, a bad one changes nothing, its log is told', async (t) => {
      const [upstream] = world.ready.authorities[0]!.servers;
      const server = { address: '127.0.0.1', port: await freePort() };
      const config = {
        name: 'edge',
        listen: [`${server.address}:${server.port}`],
        clients: ['127.0.0.0/8'],
        rules: [{ suffix: 'corp.acme.example', upstreams: [upstream!.address] }],
      };
      const file = join(scratch(t), 'forwarder.json');
      writeFileSync(file, JSON.stringify(config));
      const forwarder = startCommand(['serve', file, '--json', '--engine', 'bind', '--workers', '1']);
      t.after(forwarder.stop);
      await forwarder.waitFor(({ event, transport }) => event === 'ready' && transport === 'named');
      await forwarder.waitFor(
        ({ event, category, message }) => event === 'log' && category === 'general' && message === 'running',
      );
      assert.equal(await resolve(server, 'vault.cloud.acme.example.'), 'REFUSED');
      writeFileSync(
        file,
        JSON.stringify({
          ...config,
          rules: [{ suffix: 'cloud.acme.example', upstreams: [upstream!.address] }, ...config.rules],
        }),
      );
      forwarder.process.kill('SIGHUP');
      await forwarder.waitFor(({ event }) => event === 'reloaded');
      writeFileSync(file, '{ "rules": 1 }');
      forwarder.process.kill('SIGHUP');
      await forwarder.waitFor(({ event }) => event === 'reload-refused');
      assert.equal(await resolve(server, 'vault.cloud.acme.example.'), '10.10.1.60');
      await forwarder.stop();
      assert.deepEqual(await forwarder.exited, { code: 0, signal: null });
    });
  });

  test('without BIND on the machine: one message, exit code 2, nothing started', {
    skip: CANNOT_HIDE,
  }, async (t) => {
    const { path, remove } = exampleWithEngine('examples/acme/hybrid.yaml', 'bind');
    t.after(remove);
    const { code, stdout, stderr } = await withoutBind('up', path, '--for', '1');
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /the tier main cannot run: the engine bind needs named, rndc, which this machine does not have: install BIND \(Debian: apt-get install bind9\), or give the tier "engine: native"/,
    );
    assert.equal(stderr.trim().split('\n').length, 1);
  });

  test('serve --engine bind: SIGTERM ends it also while a reload waits for a named that does not come', async (t) => {
    const folder = scratch(t);
    const isBroken = join(folder, 'broken');
    const script = `#!/bin/sh\n[ -e ${isBroken} ] && exit 1\nexec ${findCommand('named')} "$@"\n`;
    writeFileSync(join(folder, 'named'), script, { mode: 0o755 });
    const file = join(folder, 'forwarder.json');
    const listen = [`127.0.0.1:${await freePort()}`];
    writeFileSync(file, JSON.stringify({ name: 'edge', listen, clients: ['127.0.0.0/8'], rules: [] }));
    const homes = scratch(t);
    const forwarder = startCommand(['serve', file, '--json', '--engine', 'bind', '--workers', '1'], {
      env: { PATH: `${folder}:${process.env.PATH}`, TMPDIR: homes },
    });
    t.after(forwarder.stop);
    await forwarder.waitFor(({ event }) => event === 'ready');
    writeFileSync(isBroken, '');
    const [named] = await namedBelow(forwarder.process.pid!);
    process.kill(named!, 'SIGKILL');
    await forwarder.waitFor(({ message }) => String(message).includes('named is gone'));
    forwarder.process.kill('SIGHUP');
    await until(() => readdirSync(homes).some((home) => existsSync(join(homes, home, 'named.conf.next'))));
    forwarder.process.kill('SIGTERM');
    await forwarder.waitFor(({ event }) => event === 'reload-refused');
    assert.deepEqual(await forwarder.exited, { code: 0, signal: null });
    assert.ok(!readdirSync(homes).some((home) => home.startsWith('pointsman-named-')));
  });
});

/** A test, or a suite: where it ends, what is begun for it ends. */
type Cleaned = { after: (cleanup: () => unknown) => void };

/** acme with BIND in its tier. `folders`: those that its nameds have made. */
async function startAcme(t: Cleaned): Promise<{ world: RunningWorld; folders: () => string[] }> {
  const { path, remove } = exampleWithEngine('examples/acme/hybrid.yaml', 'bind');
  t.after(remove);
  const parent = scratch(t);
  const world = await startUp(path, { env: { TMPDIR: parent } });
  t.after(world.stop);
  return { world, folders: () => readdirSync(parent).filter((name) => name.startsWith('pointsman-named-')) };
}

async function namedBelow(pid: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-o', 'pid=,comm=', '--ppid', String(pid)]);
  return stdout
    .split('\n')
    .flatMap((line) => (/^\s*([0-9]+) named$/.exec(line) ? [Number.parseInt(line, 10)] : []));
}

/** The command, where the folder that has `named` and `rndc` is not to be seen. */
function withoutBind(...args: string[]) {
  const hide = 'mount -t tmpfs none /usr/sbin && exec "$@"';
  return run('unshare', ['-rm', 'sh', '-c', hide, 'sh', process.execPath, POINTSMAN, ...args]);
}

async function cannotHide(): Promise<string | false> {
  const inSystemFolder = ['named', 'rndc'].every((name) => findCommand(name)?.startsWith('/usr/sbin/'));
  const { code } = await run('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'none', '/usr/sbin']);
  return inSystemFolder && code === 0 ? false : 'needs the right to mount, and BIND where Debian puts it';
}

async function resolve(server: { address: string; port: number }, name: string): Promise<string> {
  const reply = await ask({ server, source: '127.0.0.1', name, type: 'A' });
  assert.ok(reply.ok, JSON.stringify(reply));
  return reply.message.answers.at(-1)?.data.join('.') ?? rcodeName(reply.message.rcode);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(20);
}

/** That named's user can enter. */
function scratch(t: Cleaned): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-engine-'));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
