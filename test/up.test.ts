import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { TopologyInput } from '@pointsman/core/topology';
import { ask } from '@pointsman/lab';
import { POINTSMAN, pointsman, ROOT, run } from './system/command.ts';
import { freePort } from './system/free-port.ts';
import { startCommand, startUp } from './system/running.ts';

const ACME = 'examples/acme/hybrid.yaml';

describe('up', { timeout: 300_000, concurrency: 3 }, () => {
  test('its first event says where to ask, and from where', async (t) => {
    const { ready, stop } = await startUp(ACME);
    t.after(stop);
    const { port } = ready;
    assert.deepEqual(
      ready.networks.map(({ name, client, resolvers }) => ({ name, client, resolvers })),
      [
        ...[
          ['shared', '127.10.0.10'] as const,
          ['orders', '127.20.0.10'] as const,
          ['billing', '127.30.0.10'] as const,
        ].map(([name, client]) => ({
          name,
          client,
          resolvers: [`127.10.1.53:${port}`, `127.10.2.53:${port}`, `127.10.3.53:${port}`],
        })),
        {
          name: 'sydney',
          client: '127.168.0.10',
          resolvers: [`127.168.1.53:${port}`, `127.168.2.53:${port}`],
        },
      ],
    );
    assert.deepEqual(
      ready.forwarders.map(({ name, address, upstreams }) => ({
        name,
        address,
        upstreams: upstreams.toSorted(),
      })),
      ['a', 'b', 'c'].map((member, index) => ({
        name: `main/${member}`,
        address: `127.10.${index + 1}.53:${port}`,
        upstreams: [`127.10.0.2:${port}`, `127.168.1.53:${port}`, `127.168.2.53:${port}`],
      })),
    );
    assert.deepEqual(ready.zones.map(({ name }) => name).slice(0, 4), [
      'cloud.acme.example',
      'orders.cloud.acme.example',
      '10.in-addr.arpa',
      'corp.acme.example',
    ]);
  });

  test('--for ends it by itself, with exit code 0 and nothing left', async () => {
    const port = await freePort();
    const { code, stdout } = await pointsman('up', ACME, '--json', '--port', String(port), '--for', '0.2');
    assert.equal(code, 0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    assert.deepEqual([events[0], events.at(-1)], ['ready', 'stopped']);
    await assertGone(port);
  });

  test('ended at any moment of its start, it ends with nothing left', async (t) => {
    for (const count of [0, 1, 2, 3]) {
      const port = await freePort();
      const world = startCommand(['up', ACME, '--json', '--port', String(port)]);
      t.after(world.stop);
      await until(() => childrenOf(world.process.pid!).length >= count || world.events.length > 0);
      world.process.kill('SIGTERM');
      const { code, signal } = await world.exited;
      // Before it has heard of signals it ends by this one.
      assert.ok(code === 0 || (count === 0 && signal === 'SIGTERM'), `${count}: ${code} ${signal}`);
      await assertGone(port);
    }
  });

  test('a member that hangs, in its start or later, does not keep it from ending', {
    skip: process.platform !== 'linux' && 'children of a process show in Linux’s /proc',
  }, async (t) => {
    const hangAt = async (moment: 'start' | 'later') => {
      const port = await freePort();
      const world = startCommand(['up', ACME, '--json', '--port', String(port)]);
      t.after(world.stop);
      if (moment === 'later') await world.waitFor(({ event }) => event === 'ready');
      await until(() => childrenOf(world.process.pid!).length > 0);
      process.kill(Number(childrenOf(world.process.pid!)[0]), 'SIGSTOP');
      world.process.kill('SIGTERM');
      assert.deepEqual(await world.exited, { code: 0, signal: null }, moment);
      await assertGone(port);
    };
    // Each waits until the patience with its member is over.
    await Promise.all([hangAt('start'), hangAt('later')]);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} ends everything it started, with exit code 0`, async () => {
      const world = await startUp(ACME);
      world.process.kill(signal);
      assert.deepEqual(await world.exited, { code: 0, signal: null });
      for (const { pid } of world.ready.forwarders) await waitForEnd(pid);
      await assertGone(world.ready.port);
    });
  }

  test('at its end it counts those that were still there', async (t) => {
    const world = await startUp(ACME);
    t.after(world.stop);
    process.kill(world.ready.forwarders.find(({ name }) => name === 'main/a')!.pid, 'SIGKILL');
    await world.waitFor(({ event, state }) => event === 'member' && state === 'down');
    await world.stop();
    assert.deepEqual(world.events.at(-1), { event: 'stopped', members: 2, died: ['main/a'] });
  });

  test('when it is killed itself, its members end by themselves', async () => {
    const world = await startUp(ACME);
    world.process.kill('SIGKILL');
    await world.exited;
    for (const { pid } of world.ready.forwarders) await waitForEnd(pid);
    await assertGone(world.ready.port);
  });

  test('in words it says whom to ask, as whom, and three lines to try that cross the boundary', async () => {
    const port = await freePort();
    const { code, stdout } = await pointsman('up', ACME, '--port', String(port), '--for', '0.2');
    assert.equal(code, 0);
    assert.match(
      stdout,
      /orders +VPC +127\.20\.0\.10 +main +127\.10\.1\.53, 127\.10\.2\.53, 127\.10\.3\.53$/m,
    );
    const digs = stdout.split('\n').filter((line) => line.startsWith('  dig '));
    assert.deepEqual(digs, [
      `  dig -b 127.20.0.10 @127.10.1.53 -p ${port} ad1.corp.acme.example`,
      `  dig -b 127.168.0.10 @127.168.1.53 -p ${port} www.orders.cloud.acme.example`,
      `  dig -b 127.20.0.10 @127.10.1.53 -p ${port} -x 192.168.1.10`,
    ]);
    assert.match(stdout, /^Ctrl-C ends it all\.$/m);
    assert.ok(!stdout.includes('\x1b'), 'no colours and no cursor movements without a terminal');
  });

  test('a TypeScript topology runs as it is', async (t) => {
    const folder = mkdtempSync(join(ROOT, 'test/.topology-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'one.ts');
    writeFileSync(
      file,
      `import { defineTopology } from '@pointsman/core/topology';
export default defineTopology({
  name: 'one',
  networks: { only: { kind: 'vpc', region: 'eu-west-1', cidrs: ['10.77.0.0/16'] } },
  zones: { 'one.example': { kind: 'private', networks: ['only'], records: { www: { A: ['10.77.0.80'] } } } },
});
`,
    );
    const world = await startUp(file);
    t.after(world.stop);
    const [network] = world.ready.networks;
    assert.deepEqual(network!.resolvers, [`127.77.0.2:${world.ready.port}`]);
    const port = String(world.ready.port);
    const { stdout } = await pointsman(
      'query',
      file,
      '--from',
      'only',
      '--port',
      port,
      'www.one.example',
      '--json',
    );
    assert.deepEqual(JSON.parse(stdout).answers, [
      { name: 'www.one.example.', type: 'A', ttl: 300, data: '10.77.0.80' },
    ]);
  });

  test('a thousand networks start, and the last one resolves', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'pointsman-thousand-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'thousand.json');
    writeFileSync(file, JSON.stringify(manyNetworks(1000)));
    const started = performance.now();
    const world = await startUp(file);
    t.after(world.stop);
    t.diagnostic(`${((performance.now() - started) / 1000).toFixed(1)} s`);
    const { client, resolvers } = world.ready.networks.at(-1)!;
    const reply = await askFor('www.z7.example.', client, resolvers[0]!);
    assert.ok(reply.ok && reply.message.answers.length === 1);
  });

  describe('what cannot start', () => {
    test('a port in use: one message that says where, exit code 2, and nothing runs', async (t) => {
      const port = await freePort();
      const holder = createSocket('udp4');
      t.after(() => holder.close());
      await new Promise<void>((bound) => holder.bind({ address: '127.10.2.53', port }, bound));
      const { code, stdout, stderr } = await pointsman('up', ACME, '--port', String(port));
      assert.equal(stdout, '');
      assert.match(
        stderr,
        new RegExp(`^pointsman: forwarder main/b cannot listen at 127.10.2.53 port ${port}: another program`),
      );
      assert.equal(stderr.trim().split('\n').length, 1);
      assert.equal(code, 2);
      await assertGone(port);
    });

    test('a second world on the same port: exit code 2, and the first one goes on', async (t) => {
      const world = await startUp(ACME);
      t.after(world.stop);
      const second = startCommand(['up', ACME, '--json', '--port', String(world.ready.port)]);
      const error = await second.waitFor(() => true);
      assert.equal(error.event, 'error');
      assert.equal(error.code, 'EADDRINUSE');
      assert.equal((await second.exited).code, 2);
      const [, orders] = world.ready.networks;
      assert.ok((await askFor('db.corp.acme.example.', orders!.client, orders!.resolvers[0]!)).ok);
    });

    test('what only network namespaces have: exit code 2, and the message says what goes with it', async () => {
      for (const option of [['--agents'], ['--attach', '2']]) {
        const { code, stderr } = await pointsman('up', ACME, ...option);
        assert.deepEqual([code, stderr], [2, `pointsman: ${option[0]} needs --world namespaces\n`]);
      }
    });

    test('no right to bind: exit code 2, and the message says which ports need it', {
      skip: mayEverybodyBind(),
    }, async () => {
      const args = [POINTSMAN, 'up', ACME, '--port', '53'];
      const { code, stderr } = await run(process.execPath, args, asNobody());
      assert.match(stderr, /ports below 1024 need the right to bind them/);
      assert.equal(code, 2);
    });
  });
});

/** VPCs that all use one tier, in the first of them; each has a private zone that is associated with the first one too. */
function manyNetworks(count: number): TopologyInput {
  const range = (index: number) => `10.${index >> 4}.${(index & 15) << 4}`;
  const indexes = Array.from({ length: count }, (_, index) => index);
  return {
    name: 'thousand',
    networks: Object.fromEntries(
      indexes.map((index) => [
        `n${index}`,
        {
          kind: 'vpc',
          region: 'eu-west-1',
          cidrs: [`${range(index)}.0/20`],
          subnets: { a: { cidr: `${range(index)}.0/24` } },
          resolvers: 'forwarders/main',
        },
      ]),
    ),
    links: [{ kind: 'transit-gateway', between: indexes.map((index) => `n${index}`) }],
    zones: Object.fromEntries(
      indexes.map((index) => [
        `z${index}.example`,
        {
          kind: 'private',
          networks: [...new Set(['n0', `n${index}`])],
          records: { www: { A: [`${range(index)}.80`] } },
        },
      ]),
    ),
    forwarders: { main: { network: 'n0', members: [{ name: 'a', subnet: 'a', address: '10.0.0.53' }] } },
  };
}

/** Kernels can be told to let everybody bind low ports, as some container hosts do. */
function mayEverybodyBind(): string | false {
  const file = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
  if (!existsSync(file)) return 'needs Linux';
  return Number(readFileSync(file, 'utf8')) <= 53 && 'everybody may bind every port on this machine';
}

/** For root, the user and group `nobody`; anybody else has no rights to begin with. */
function asNobody(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
}

function askFor(name: string, source: string, server: string) {
  const [address, port] = server.split(':');
  return ask({ server: { address: address!, port: Number(port) }, source, name, type: 'A' });
}

/** Nothing of acme's world has the port any more: the addresses of a VPC resolver, of a member and of an authority can be bound. */
async function assertGone(port: number): Promise<void> {
  for (const address of ['127.10.0.2', '127.10.1.53', '127.168.1.53']) {
    const socket = createSocket('udp4');
    await new Promise<void>((bound, failed) => {
      socket.once('error', failed);
      socket.bind({ address, port, exclusive: true }, bound);
    });
    socket.close();
  }
}

/**
 * The processes that a process has started and that are there; none where the system does not say. Those that run their own program already: who stops
 * a child between fork and exec stops its parent, too, which waits for the exec.
 */
function childrenOf(pid: number): string[] {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      // It has ended.
      return '';
    }
  };
  const program = (of: number | string) => read(`/proc/${of}/cmdline`);
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean);
  return children.filter((child) => !['', program(pid)].includes(program(child)));
}

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await wait(5);
}

/** Until the process is gone; the test's time-out is the limit. */
async function waitForEnd(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await wait(20);
  }
}
