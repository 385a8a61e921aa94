import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { skipWithout } from '../../../../test/system/packages.ts';
import { bindUdp, connectTcp, listenTcp, NamespaceError } from './sockets.ts';

const NAMESPACES = [`pm-t${process.pid}a`, `pm-t${process.pid}b`] as const;
const [here, there] = NAMESPACES;
const skip = process.getuid?.() === 0 ? skipWithout('ip') : 'needs root, for network namespaces';

const ownNamespace = () => readlinkSync('/proc/thread-self/ns/net');
const descriptors = () => readdirSync('/proc/self/fd').length;
const isCode = (code: string) => (error: unknown) => error instanceof NamespaceError && error.code === code;

/** Two namespaces with one link between them: 192.0.2.1 and 192.0.2.2, 2001:db8::1 and 2001:db8::2. */
function makeNamespaces(): void {
  const lines = [
    ...NAMESPACES.map((name) => `netns add ${name}`),
    `link add veth0 netns ${here} type veth peer name veth0 netns ${there}`,
  ];
  execFileSync('ip', ['-batch', '-'], { input: lines.join('\n') });
  for (const [index, name] of NAMESPACES.entries()) {
    const inside = [
      'link set lo up',
      'link set veth0 up',
      `address add 192.0.2.${index + 1}/24 dev veth0`,
      `address add 2001:db8::${index + 1}/64 dev veth0 nodad`,
    ];
    execFileSync('ip', ['-netns', name, '-batch', '-'], { input: inside.join('\n') });
  }
}

/** What an echo over TCP brings back. */
async function echoed(connection: Socket, text: string): Promise<string> {
  const signal = AbortSignal.timeout(30_000);
  await once(connection, 'connect', { signal });
  connection.end(text);
  const [data] = await once(connection, 'data', { signal });
  return String(data);
}

describe('sockets inside a network namespace', { skip }, () => {
  before(makeNamespaces);
  after(() => {
    for (const name of NAMESPACES) execFileSync('ip', ['netns', 'delete', name]);
  });

  for (const [family, listening, asking] of [
    ['IPv4', '192.0.2.1', '192.0.2.2'],
    ['IPv6', '2001:db8::1', '2001:db8::2'],
  ] as const) {
    it(`carry UDP over ${family} from one namespace to another`, async (t) => {
      const server = await bindUdp({ namespace: here, address: listening, port: 53 });
      t.after(() => server.close());
      server.on('message', (message, { port, address }) =>
        server.send(`${message} from ${address}`, port, address),
      );
      const client = await bindUdp({ namespace: there, address: asking, port: 0 });
      t.after(() => client.close());
      client.send('a question', 53, listening);
      const [answer] = await once(client, 'message', { signal: AbortSignal.timeout(30_000) });
      assert.equal(String(answer), `a question from ${asking}`);
    });

    it(`carry TCP over ${family} likewise`, async (t) => {
      const server = createServer((connection) => connection.pipe(connection));
      t.after(() => server.close());
      await listenTcp(server, { namespace: here, address: listening, port: 53 });
      const connection = connectTcp(
        { namespace: there, address: asking, port: 0 },
        { address: listening, port: 53 },
      );
      assert.equal(await echoed(connection, 'a question'), 'a question');
      assert.equal(connection.localAddress, asking);
    });
  }

  it('serve HTTP', async (t) => {
    const server = createHttpServer((_, response) => response.end('served'));
    t.after(() => server.close());
    await listenTcp(server, { namespace: here, address: '192.0.2.1', port: 80 });
    const connection = connectTcp(
      { namespace: there, address: '192.0.2.2', port: 0 },
      { address: '192.0.2.1', port: 80 },
    );
    assert.match(await echoed(connection, 'GET / HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 OK.*served$/s);
  });

  it('say with an error that nobody listens', async () => {
    const connection = connectTcp(
      { namespace: there, address: '192.0.2.2', port: 0 },
      { address: '192.0.2.1', port: 9 },
    );
    const [error] = await once(connection, 'error', { signal: AbortSignal.timeout(30_000) });
    assert.equal(error.code, 'ECONNREFUSED');
  });

  it('leave the thread in its own namespace and no descriptor open, whatever failed', async (t) => {
    const own = ownNamespace();
    const taken = createServer();
    t.after(() => taken.close());
    await listenTcp(taken, { namespace: here, address: '192.0.2.1', port: 53 });
    const before = descriptors();
    for (let round = 0; round < 20; round++) {
      await assert.rejects(
        bindUdp({ namespace: here, address: '192.0.2.9', port: 53 }),
        isCode('EADDRNOTAVAIL'),
      );
      await assert.rejects(
        bindUdp({ namespace: 'pm-none', address: '192.0.2.1', port: 53 }),
        isCode('ENOENT'),
      );
      await assert.rejects(
        bindUdp({ namespace: '../mnt', address: '192.0.2.1', port: 53 }),
        isCode('EINVAL'),
      );
      await assert.rejects(
        listenTcp(createServer(), { namespace: here, address: '192.0.2.1', port: 53 }),
        (error: NodeJS.ErrnoException) => error.code === 'EADDRINUSE',
      );
      assert.equal(ownNamespace(), own);
    }
    assert.equal(descriptors(), before);
  });

  it('are made by a worker thread too, while the main thread stays where it is', async (t) => {
    const own = ownNamespace();
    const source = `
      import { readlinkSync } from 'node:fs';
      import { parentPort } from 'node:worker_threads';
      import { bindUdp } from ${JSON.stringify(import.meta.resolve('./sockets.ts'))};
      const socket = await bindUdp({ namespace: '${here}', address: '192.0.2.1', port: 0 });
      socket.close();
      parentPort.postMessage(readlinkSync('/proc/thread-self/ns/net'));`;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
    t.after(() => worker.terminate());
    const [reported] = await once(worker, 'message', { signal: AbortSignal.timeout(30_000) });
    assert.equal(reported, own);
    assert.equal(ownNamespace(), own);
  });
});
