/** What every implementation of the UDP interface does. `mmsg` is left out where this system cannot have it. */
import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { bestOf, createUdpStack } from './choose.ts';
import { createErrors, createInbox } from './inbox.ts';
import { IPPROTO_IPV6, loadLibc } from './libc.ts';
import { encodePeer, peerPort, peerScope, sockaddrLength } from './peer.ts';
import { joinScope, splitScope } from './scope.ts';
import { BATCH, MAX_DATAGRAM, PEER_SIZE, type UdpConnection, type UdpKind, type UdpListener } from './udp.ts';

function unexpected(code: string): void {
  assert.fail(`unexpected ${code}`);
}

function reply(listener: UdpListener, bytes: Uint8Array, peer: Uint8Array): void {
  listener.out.set(bytes, listener.reserve());
  listener.commit(bytes.length, peer, 0);
}

/** An ordinary socket that somebody else has opened. */
async function otherSocket(address: string): Promise<dgram.Socket> {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

async function codeOf(action: () => Promise<unknown> | unknown): Promise<string | undefined> {
  try {
    await action();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
  return undefined;
}

/** A link-local address of this machine, with its scope. */
function linkLocal(): string | undefined {
  for (const [name, addresses] of Object.entries(os.networkInterfaces())) {
    const found = addresses?.find(({ address, scopeid }) => address.startsWith('fe80:') && scopeid);
    if (found) return `${found.address}%${name}`;
  }
  return undefined;
}

/** One datagram from port 0, which takes a raw socket (ip(7), ipv6(7)). */
function sendFromPortZero(address: string, port: number, bytes: Uint8Array): void {
  const libc = loadLibc();
  const peer = encodePeer(address, 0);
  const SOCK_RAW = 3;
  const IPPROTO_UDP = 17;
  const IPV6_CHECKSUM = 7;
  const fd = libc.socket(peer[0]!, SOCK_RAW, IPPROTO_UDP);
  // IPv6 asks for a checksum: the kernel is told where it stands.
  if (address.includes(':')) libc.setsockopt(fd, IPPROTO_IPV6, IPV6_CHECKSUM, Int32Array.of(6), 4);
  libc.connect(fd, peer, sockaddrLength(peer, 0));
  const length = 8 + bytes.length;
  fs.writeSync(fd, Uint8Array.from([0, 0, port >> 8, port & 255, length >> 8, length & 255, 0, 0, ...bytes]));
  libc.close(fd);
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

function holdsTo(kind: UdpKind, address: string, elsewhere: string): void {
  const stack = createUdpStack(kind);

  it('replies to whoever asked, from the port that was asked', async () => {
    const inbox = createInbox(
      (bytes, peer) => reply(listener, bytes, peer),
      () => listener.flush(),
    );
    const listener = await stack.listen(address, 0, inbox.receiver);
    assert.notEqual(listener.port, 0);
    const clients = await Promise.all([otherSocket(address), otherSocket(address)]);
    for (const [index, client] of clients.entries()) {
      client.send(bytesOf(`query ${index}`), listener.port, address);
      const [message, from] = await once(client, 'message');
      assert.equal(String(message), `query ${index}`);
      assert.equal(from.port, listener.port);
      assert.equal(peerPort(inbox.datagrams.at(-1)!.peer, 0), client.address().port);
      assert.deepEqual(inbox.datagrams.at(-1)!.peer.slice(4), encodePeer(address, 0).slice(4));
      client.close();
    }
    listener.close();
  });

  it('sends batches of replies that are larger than its own, in order', async () => {
    const count = BATCH * 2 + 7;
    const query = createInbox((_bytes, peer) => {
      for (let index = 0; index < count; index++) reply(listener, Uint8Array.of(index), peer);
      listener.flush();
    });
    const listener = await stack.listen(address, 0, query.receiver);
    const answers = createInbox();
    const connection = stack.connect(undefined, address, listener.port, answers.receiver, unexpected);
    connection.send(bytesOf('?'), 0, 1);
    stack.flush();
    await answers.count(count);
    assert.deepEqual(
      answers.datagrams.map(({ bytes }) => bytes[0]!),
      Array.from({ length: count }, (_, index) => index),
    );
    connection.close();
    listener.close();
  });

  it('keeps a reserved place that is not committed for the next reply', async () => {
    const inbox = createInbox((_bytes, peer) => {
      listener.out.set(bytesOf('never sent'), listener.reserve());
      reply(listener, bytesOf('sent'), peer);
      listener.flush();
      listener.flush();
    });
    const listener = await stack.listen(address, 0, inbox.receiver);
    const client = await otherSocket(address);
    client.send(bytesOf('?'), listener.port, address);
    const [message] = await once(client, 'message');
    assert.equal(String(message), 'sent');
    client.close();
    listener.close();
  });

  it('sends the queries of many connections, each to its own server', async () => {
    const servers = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const inbox = createInbox();
        return { inbox, listener: await stack.listen(address, 0, inbox.receiver) };
      }),
    );
    const connections = servers.map(({ listener }) =>
      stack.connect(undefined, address, listener.port, createInbox().receiver, unexpected),
    );
    const each = 50;
    for (let turn = 0; turn < each; turn++) {
      for (const [index, connection] of connections.entries()) {
        // At an offset, and the place is used again at once.
        const place = new Uint8Array(20).fill(0xee);
        place.set([index, turn], 7);
        connection.send(place, 7, 2);
        place.fill(0xff);
      }
    }
    stack.flush();
    for (const [index, { inbox, listener }] of servers.entries()) {
      await inbox.count(each);
      const turns = inbox.datagrams.map(({ bytes }) => {
        assert.deepEqual([bytes.length, bytes[0]], [2, index]);
        return bytes[1]!;
      });
      assert.deepEqual(
        turns.toSorted((a, b) => a - b),
        Array.from({ length: each }, (_, turn) => turn),
      );
      connections[index]!.close();
      listener.close();
    }
  });

  it('lets in to a connection the datagrams of its server only', async () => {
    const server = await otherSocket(address);
    const stranger = await otherSocket(address);
    const inbox = createInbox();
    const connection = stack.connect(undefined, address, server.address().port, inbox.receiver, unexpected);
    connection.send(bytesOf('?'), 0, 1);
    stack.flush();
    const [, from] = await once(server, 'message');
    assert.equal(from.port, connection.localPort);
    await new Promise((sent) => stranger.send(bytesOf('forged'), from.port, from.address, sent));
    server.send(bytesOf('true'), from.port, from.address);
    await inbox.count(1);
    assert.deepEqual(
      inbox.datagrams.map(({ bytes }) => String.fromCharCode(...bytes)),
      ['true'],
    );
    assert.deepEqual(inbox.datagrams[0]!.peer, encodePeer(address, server.address().port));
    connection.close();
    server.close();
    stranger.close();
  });

  it('connects from the address it is told, and from random ports', async () => {
    const inbox = createInbox();
    const listener = await stack.listen(address, 0, inbox.receiver);
    const connections = Array.from({ length: 12 }, () =>
      stack.connect(elsewhere, address, listener.port, createInbox().receiver, unexpected),
    );
    for (const connection of connections) connection.send(bytesOf('?'), 0, 1);
    stack.flush();
    await inbox.count(connections.length);
    const ports = connections.map(({ localPort }) => localPort);
    assert.equal(new Set(ports).size, ports.length);
    const steps = new Set(ports.slice(1).map((port, index) => port - ports[index]!));
    assert.ok(steps.size > 3, `${ports} look like a sequence`);
    for (const { peer } of inbox.datagrams) {
      assert.deepEqual(peer.slice(4), encodePeer(elsewhere, 0).slice(4));
      assert.ok(ports.includes(peerPort(peer, 0)));
    }
    for (const connection of connections) connection.close();
    listener.close();
  });

  it('reports ECONNREFUSED, and goes on with the same socket when the server is back', async () => {
    const gone = await otherSocket(address);
    const { port } = gone.address();
    await new Promise<void>((closed) => gone.close(closed));
    const errors = createErrors();
    const inbox = createInbox();
    const connection = stack.connect(undefined, address, port, inbox.receiver, errors.onError);
    for (let round = 0; round < 3; round++) {
      const refused = errors.next();
      connection.send(bytesOf('?'), 0, 1);
      stack.flush();
      assert.equal(await refused, 'ECONNREFUSED');
    }
    const server = await stack.listen(address, port, {
      onDatagram: (bytes, offset, length, peers, peerOffset) =>
        reply(server, bytes.slice(offset, offset + length), peers.slice(peerOffset, peerOffset + PEER_SIZE)),
      onBatchEnd: () => server.flush(),
    });
    const { localPort } = connection;
    connection.send(bytesOf('again'), 0, 5);
    stack.flush();
    await inbox.count(1);
    assert.equal(String.fromCharCode(...inbox.datagrams[0]!.bytes), 'again');
    assert.equal(connection.localPort, localPort);
    connection.close();
    server.close();
  });

  it('may be told to send and to flush by whoever hears of an error', async () => {
    const gone = await otherSocket(address);
    const { port } = gone.address();
    await new Promise<void>((closed) => gone.close(closed));
    const inbox = createInbox();
    const listener = await stack.listen(address, 0, inbox.receiver);
    const second = stack.connect(undefined, address, listener.port, createInbox().receiver, unexpected);
    let errors = 0;
    const first = stack.connect(undefined, address, port, createInbox().receiver, () => {
      if (++errors > 1) return;
      second.send(bytesOf('instead'), 0, 7);
      stack.flush();
    });
    first.send(bytesOf('?'), 0, 1);
    stack.flush();
    await inbox.count(1);
    assert.deepEqual(
      inbox.datagrams.map(({ bytes }) => bytes.length),
      [7],
    );
    first.close();
    second.close();
    listener.close();
  });

  if (address.includes(':')) {
    const local = linkLocal();
    it('replies to a link-local address on its link', {
      skip: !local && 'this machine has none',
    }, async () => {
      const inbox = createInbox(
        (bytes, peer) => reply(listener, bytes, peer),
        () => listener.flush(),
      );
      const listener = await stack.listen('::', 0, inbox.receiver);
      const client = await otherSocket(local!);
      client.send(bytesOf('?'), listener.port, local!);
      const [message] = await once(client, 'message');
      assert.equal(String(message), '?');
      const [plain, scope] = splitScope(local!);
      assert.equal(peerScope(inbox.datagrams[0]!.peer, 0), scope);
      assert.notEqual(scope, 0);
      assert.equal(joinScope(plain, scope), local);
      client.close();
      listener.close();
    });
  }

  it('says why it cannot listen', async () => {
    const taken = await otherSocket(address);
    const { receiver } = createInbox();
    assert.equal(await codeOf(() => stack.listen(address, taken.address().port, receiver)), 'EADDRINUSE');
    taken.close();
    const foreign = address.includes(':') ? '2001:db8::1' : '192.0.2.1';
    assert.equal(await codeOf(() => stack.listen(foreign, 0, receiver)), 'EADDRNOTAVAIL');
  });

  it('says EACCES where it has no right to listen', {
    skip: process.getuid?.() !== 0 && 'takes root, who can lay down a right',
  }, async () => {
    // The port is privileged for whoever is not root.
    process.seteuid!(65534);
    try {
      const code = await codeOf(() => stack.listen(address, 1, createInbox().receiver));
      assert.equal(code, 'EACCES');
    } finally {
      process.seteuid!(0);
    }
  });

  it('says why it cannot connect', async () => {
    let connection: UdpConnection | undefined;
    const errors = createErrors();
    const foreign = address.includes(':') ? '2001:db8::1' : '192.0.2.1';
    const told = errors.next();
    const code = await codeOf(() => {
      connection = stack.connect(foreign, address, 53, createInbox().receiver, errors.onError);
      connection.send(bytesOf('?'), 0, 1);
      stack.flush();
    });
    assert.equal(code ?? (await told), 'EADDRNOTAVAIL');
    if (!connection) return;
    const again = errors.next();
    connection.send(bytesOf('?'), 0, 1);
    assert.equal(await again, 'EADDRNOTAVAIL', 'every query hears of it');
    connection.close();
  });

  if (!address.includes(':')) {
    it('says EACCES where it may not connect', async () => {
      let connection: UdpConnection | undefined;
      const errors = createErrors();
      const told = errors.next();
      const code = await codeOf(() => {
        connection = stack.connect(undefined, '255.255.255.255', 53, createInbox().receiver, errors.onError);
        connection.send(bytesOf('?'), 0, 1);
        stack.flush();
      });
      assert.equal(code ?? (await told), 'EACCES');
      connection?.close();
    });
  }

  it('reports a datagram that is too long by a length that is too long, and reads the next', async () => {
    const inbox = createInbox();
    const listener = await stack.listen(address, 0, inbox.receiver);
    const client = await otherSocket(address);
    for (const length of [MAX_DATAGRAM, MAX_DATAGRAM + 1, 9000, 3]) {
      await new Promise((sent) =>
        client.send(new Uint8Array(length).fill(length), listener.port, address, sent),
      );
    }
    await inbox.count(4);
    assert.deepEqual(
      inbox.datagrams.map(({ bytes }) => bytes.length),
      [MAX_DATAGRAM, MAX_DATAGRAM + 1, MAX_DATAGRAM + 1, 3],
    );
    client.close();
    listener.close();
  });

  it('receives and sends empty datagrams', async () => {
    const inbox = createInbox(
      (bytes, peer) => reply(listener, bytes, peer),
      () => listener.flush(),
    );
    const listener = await stack.listen(address, 0, inbox.receiver);
    const answers = createInbox();
    const connection = stack.connect(undefined, address, listener.port, answers.receiver, unexpected);
    connection.send(new Uint8Array(0), 0, 0);
    stack.flush();
    await answers.count(1);
    assert.equal(inbox.datagrams[0]!.bytes.length, 0);
    assert.equal(answers.datagrams[0]!.bytes.length, 0);
    connection.close();
    listener.close();
  });

  it('drops what comes from port 0', {
    skip: (createUdpStack().kind !== 'mmsg' || process.getuid?.() !== 0) && 'takes a raw socket',
  }, async () => {
    const inbox = createInbox();
    const listener = await stack.listen(address, 0, inbox.receiver);
    const client = await otherSocket(address);
    sendFromPortZero(address, listener.port, bytesOf('unanswerable'));
    client.send(bytesOf('?'), listener.port, address);
    await inbox.count(1);
    assert.deepEqual(
      inbox.datagrams.map(({ bytes }) => String.fromCharCode(...bytes)),
      ['?'],
    );
    client.close();
    listener.close();
  });

  it('drops a reply to port 0, and sends the others', async () => {
    const client = await otherSocket(address);
    const listener = await stack.listen(address, 0, createInbox().receiver);
    reply(listener, bytesOf('to nobody'), encodePeer(address, 0));
    reply(listener, bytesOf('to somebody'), encodePeer(address, client.address().port));
    listener.flush();
    const [message] = await once(client, 'message');
    assert.equal(String(message), 'to somebody');
    client.close();
    listener.close();
  });

  it('sends what is queued before it closes, and drops what comes after', async () => {
    const client = await otherSocket(address);
    const peer = encodePeer(address, client.address().port);
    const listener = await stack.listen(address, 0, createInbox().receiver);
    reply(listener, bytesOf('last words'), peer);
    listener.close();
    reply(listener, bytesOf('from the grave'), peer);
    listener.flush();
    listener.close();
    const [message] = await once(client, 'message');
    assert.equal(String(message), 'last words');

    const connection = stack.connect(
      undefined,
      address,
      client.address().port,
      createInbox().receiver,
      unexpected,
    );
    connection.send(bytesOf('queued'), 0, 6);
    connection.close();
    connection.send(bytesOf('late'), 0, 4);
    connection.close();
    stack.flush();
    client.on('message', (bytes) => assert.notEqual(String(bytes), 'late'));
    // The end of the queue: what was sent before would have come before.
    const marker = await otherSocket(address);
    marker.send(bytesOf('marker'), client.address().port, address);
    let last = '';
    while (last !== 'marker') last = String((await once(client, 'message'))[0]);
    marker.close();
    client.close();
  });

  it('may be closed while it is told of a datagram', async () => {
    const inbox = createInbox(undefined, () => listener.close());
    const listener = await stack.listen(address, 0, inbox.receiver);
    const client = await otherSocket(address);
    client.send(bytesOf('?'), listener.port, address);
    await inbox.count(1);
    client.close();
    const again = await stack.listen(address, listener.port, createInbox().receiver);
    again.close();
  });

  it('shares a port with other sockets of its own kind', async () => {
    const first = await stack.listen(address, 0, createInbox().receiver);
    const second = await stack.listen(address, first.port, createInbox().receiver);
    assert.equal(second.port, first.port);
    first.close();
    second.close();
  });

  it('works in a worker thread', async () => {
    const worker = new Worker(new URL('./echo.worker.ts', import.meta.url), {
      workerData: { kind, address },
    });
    const [port] = await once(worker, 'message');
    const inbox = createInbox();
    const connection = stack.connect(undefined, address, port, inbox.receiver, unexpected);
    for (let index = 0; index < BATCH; index++) connection.send(Uint8Array.of(index), 0, 1);
    stack.flush();
    await inbox.count(BATCH);
    assert.equal(new Set(inbox.datagrams.map(({ bytes }) => bytes[0])).size, BATCH);
    connection.close();
    worker.postMessage('stop');
    const [code] = await once(worker, 'exit');
    assert.equal(code, 0);
  });
}

const kinds: UdpKind[] = createUdpStack().kind === 'mmsg' ? ['mmsg', 'dgram'] : ['dgram'];
for (const kind of kinds) {
  describe(`UDP by ${kind} over IPv4`, () => holdsTo(kind, '127.0.0.1', '127.0.0.2'));
  describe(`UDP by ${kind} over IPv6`, () => holdsTo(kind, '::1', '::1'));
}

describe('the choice of an implementation', () => {
  it('says why it is dgram', () => {
    assert.equal(createUdpStack('dgram').reason, 'it was asked for');
    const stack = bestOf(() => {
      throw new Error('libc.so.6: cannot open shared object file');
    });
    assert.equal(stack.kind, 'dgram');
    assert.equal(stack.reason, 'mmsg needs libc.so.6 and koffi: libc.so.6: cannot open shared object file');
  });

  it('has nothing to explain where it is mmsg', { skip: createUdpStack().kind !== 'mmsg' }, () => {
    assert.equal(createUdpStack().reason, undefined);
  });
});
