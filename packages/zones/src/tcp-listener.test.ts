import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, type TestContext, test } from 'node:test';
import { encodeQuery } from '@pointsman/core/dns';
import { type Handle, SERVER_LIMITS } from './dns-handler.ts';
import { startDnsServer } from './dns-server.ts';

/** What a client can make the server hold for it over TCP. */

const ADDRESS = '127.0.0.1';
const LARGE = new Uint8Array(60_000);
const QUERY = framed(encodeQuery({ id: 1, name: 'a.', type: 'A' }));

function framed(message: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(message.length >> 8, message.length & 255), message]);
}

async function start(handle: Handle): Promise<number> {
  const server = await startDnsServer({ address: ADDRESS, port: 0, handle });
  after(() => server.stop());
  return server.port;
}

/** A client that reads nothing, and asks for more than the system's buffers hold. */
async function openDeaf(t: TestContext, port: number): Promise<Socket> {
  const socket = connect(port, ADDRESS);
  socket.on('error', () => {});
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  socket.write(Buffer.concat(Array.from({ length: 400 }, () => QUERY)));
  return socket;
}

/** Who does not read learns from a write that the connection is gone. */
async function closed(sockets: readonly Socket[], count: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (sockets.filter((socket) => socket.destroyed).length < count) {
    assert.ok(Date.now() < deadline, 'closed in time');
    for (const socket of sockets) if (socket.writableLength === 0) socket.write(QUERY);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a client that leaves responses unread is closed after a while, and until then few of its queries are answered', async (t) => {
  t.mock.property(SERVER_LIMITS, 'tcpUnreadTime', 500);
  let answered = 0;
  const port = await start(() => {
    answered++;
    return LARGE;
  });
  await closed([await openDeaf(t, port)], 1);
  // What the system's buffers of two sockets take, and one response more than the bound.
  assert.ok(answered < 400, `${answered} answered`);
});

test('where all clients together leave too much unread, the slowest go and the others are served', async (t) => {
  t.mock.property(SERVER_LIMITS, 'tcpUnreadTime', 120_000);
  t.mock.property(SERVER_LIMITS, 'tcpUnreadInAll', 5 * LARGE.length);
  const port = await start(() => LARGE);
  const deaf = await Promise.all(Array.from({ length: 12 }, () => openDeaf(t, port)));
  await closed(deaf, 6);
  const good = connect(port, ADDRESS);
  t.after(() => good.destroy());
  good.write(QUERY);
  let received = 0;
  good.on('data', (chunk) => {
    received += chunk.length;
    if (received === LARGE.length + 2) good.end();
  });
  await once(good, 'close', { signal: AbortSignal.timeout(30_000) });
  assert.equal(received, LARGE.length + 2);
});

test('a client that announces a query larger than any is closed', async (t) => {
  const port = await start((packet) => Uint8Array.from(packet));
  const socket = connect(port, ADDRESS);
  t.after(() => socket.destroy());
  const size = SERVER_LIMITS.tcpQuery + 1;
  socket.write(Buffer.of(size >> 8, size & 255));
  socket.resume();
  await once(socket, 'close', { signal: AbortSignal.timeout(30_000) });
});
