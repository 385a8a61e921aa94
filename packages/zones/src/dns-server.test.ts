import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { after, test } from 'node:test';
import { decodeMessage, encodeQuery, rcodeName } from '@pointsman/core/dns';
import { type Handle, ListenError, SERVER_LIMITS } from './dns-handler.ts';
import { startDnsServer } from './dns-server.ts';

const ADDRESS = '127.0.0.1';

async function start(handle: Handle): Promise<number> {
  const server = await startDnsServer({ address: ADDRESS, port: 0, handle });
  after(() => server.stop());
  return server.port;
}

/** A connection that collects the frames it receives. */
async function open(port: number) {
  const socket = connect(port, ADDRESS);
  socket.on('error', () => {});
  await once(socket, 'connect');
  const frames: Buffer[] = [];
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      frames.push(rest.subarray(2, 2 + rest.readUInt16BE(0)));
      rest = rest.subarray(2 + rest.readUInt16BE(0));
    }
    socket.emit('frames');
  });
  return { socket, frames };
}

async function received(
  { socket, frames }: { socket: Socket; frames: Buffer[] },
  count: number,
): Promise<Buffer[]> {
  while (frames.length < count) await once(socket, 'frames', { signal: AbortSignal.timeout(60_000) });
  return frames;
}

const framed = (...messages: Uint8Array[]) =>
  Buffer.concat(
    messages.flatMap((message) => [Buffer.of(message.length >> 8, message.length & 255), message]),
  );
const query = (id: number) => encodeQuery({ id, name: 'a.', type: 'A' });
const echo: Handle = (packet) => Uint8Array.from(packet);

async function askUdp(port: number, packet: Uint8Array): Promise<Buffer> {
  const socket = createSocket('udp4');
  socket.send(packet, port, ADDRESS);
  const [response] = (await once(socket, 'message', { signal: AbortSignal.timeout(60_000) })) as [Buffer];
  socket.close();
  return response;
}

test('a query over UDP or TCP goes to the handler with the client it came from', async () => {
  const clients: string[] = [];
  const port = await start((packet, client) => {
    clients.push(`${client.address} ${client.transport} ${client.port > 0}`);
    return echo(packet, client);
  });
  assert.deepEqual(Uint8Array.from(await askUdp(port, query(1))), query(1));
  const connection = await open(port);
  connection.socket.end(framed(query(2)));
  assert.deepEqual(Uint8Array.from((await received(connection, 1))[0]!), query(2));
  assert.deepEqual(clients, [`${ADDRESS} udp true`, `${ADDRESS} tcp true`]);
});

test('many queries on one connection are answered as they are done, a slow one holding up none', async () => {
  let release: (response: Uint8Array) => void = () => {};
  const slow = new Promise<Uint8Array>((resolve) => {
    release = resolve;
  });
  const port = await start((packet, client) => (packet[1] === 0 ? slow : echo(packet, client)));
  const connection = await open(port);
  connection.socket.write(framed(...Array.from({ length: 250 }, (_, id) => query(id))));
  const frames = await received(connection, 249);
  assert.ok(frames.every((frame) => frame[1] !== 0));
  release(query(0));
  assert.equal((await received(connection, 250))[249]![1], 0);
  connection.socket.destroy();
});

test('no more than the bound of queries of a connection are in flight; the rest wait in the network', async () => {
  const waiting: (() => void)[] = [];
  const port = await start(
    (packet) => new Promise((resolve) => waiting.push(() => resolve(Uint8Array.from(packet)))),
  );
  const bound: number = SERVER_LIMITS.tcpInFlight;
  const count = bound + 50;
  const connection = await open(port);
  connection.socket.write(framed(...Array.from({ length: count }, (_, id) => query(id))));
  while (waiting.length < bound) await new Promise(setImmediate);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  assert.equal(waiting.length, bound);
  for (let done = 0; done < count; done++) {
    while (waiting.length === 0) await new Promise(setImmediate);
    waiting.shift()!();
  }
  assert.equal((await received(connection, count)).length, count);
  connection.socket.destroy();
});

test('frames may come in pieces, and after the last query the client may close its side', async () => {
  const port = await start(echo);
  const connection = await open(port);
  for (const byte of framed(query(1), query(2))) {
    connection.socket.write(Buffer.of(byte));
    await new Promise(setImmediate);
  }
  connection.socket.end();
  assert.equal((await received(connection, 2)).length, 2);
  if (!connection.socket.closed) await once(connection.socket, 'close');
});

test('a handler that fails costs the client a SERVFAIL and nobody else anything', async () => {
  const warnings: unknown[] = [];
  const note = (warning: unknown) => warnings.push(warning);
  process.on('warning', note);
  after(() => process.off('warning', note));
  const port = await start((packet, client) => {
    if (packet[1] === 1) throw new Error('broken handler');
    return packet[1] === 2 ? Promise.reject(new Error('broken promise')) : echo(packet, client);
  });
  for (const id of [1, 2])
    assert.equal(rcodeName(decodeMessage(await askUdp(port, query(id)))!.rcode), 'SERVFAIL');
  assert.deepEqual(Uint8Array.from(await askUdp(port, query(3))), query(3));
  assert.equal(warnings.length, 2);
});

test('a port that is taken, for UDP or for TCP, is an error that says so, and leaves neither bound', async () => {
  const tcp = createServer().listen(0, ADDRESS);
  await once(tcp, 'listening');
  const { port } = tcp.address() as { port: number };
  const isClear = (error: unknown) =>
    error instanceof ListenError &&
    error.code === 'EADDRINUSE' &&
    /another program listens there/.test(error.message);
  await assert.rejects(startDnsServer({ address: ADDRESS, port, handle: echo }), isClear);
  tcp.close();
  await once(tcp, 'close');
  const udp = createSocket('udp4').bind(port, ADDRESS);
  await once(udp, 'listening');
  await assert.rejects(startDnsServer({ address: ADDRESS, port, handle: echo }), isClear);
  udp.close();
  await once(udp, 'close');
  const server = await startDnsServer({ address: ADDRESS, port, handle: echo });
  await server.stop();
});

test('an address that this machine does not have is an error that says so', async () => {
  await assert.rejects(
    startDnsServer({ address: '192.0.2.1', port: 10053, handle: echo }),
    (error) =>
      error instanceof ListenError && error.code === 'EADDRNOTAVAIL' && /no such address/.test(error.message),
  );
});

test('stop ends open connections and frees the port', async () => {
  const server = await startDnsServer({ address: ADDRESS, port: 0, handle: () => new Promise(() => {}) });
  const connection = await open(server.port);
  connection.socket.write(framed(query(1)));
  const closed = new Promise((resolve) => connection.socket.on('close', resolve));
  await server.stop();
  await closed;
  const again = await startDnsServer({ address: ADDRESS, port: server.port, handle: echo });
  await again.stop();
});
