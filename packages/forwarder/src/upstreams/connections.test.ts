import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createConnections, MAX_CONNECTIONS } from './connections.ts';

/** Connections to one server, by whatever number of upstreams, and what each waits for. */
async function world(t: TestContext) {
  const accepted: net.Socket[] = [];
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    accepted.push(socket);
    server.emit('one more');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const outstanding = new Map<number, number>();
  const ended: number[] = [];
  const connections = createConnections(() => ({ local: undefined, address: '127.0.0.1', port }), {
    onMessage() {},
    onEnd(connection) {
      ended.push(connection);
      server.emit('ended');
    },
    outstanding: (connection) => outstanding.get(connection) ?? 0,
  });
  t.after(() => {
    connections.close();
    for (const socket of accepted) socket.destroy();
    server.close();
  });
  return { connections, outstanding, accepted, ended, server };
}

describe('TCP connections to upstreams', () => {
  it('are one for an upstream while it lasts, and a new one after', async (t) => {
    const { connections, accepted, ended, server } = await world(t);
    const number = connections.pick(20_000)!;
    assert.equal(connections.pick(20_000), number);
    assert.notEqual(connections.pick(20_000 + 16_384), number, 'one upstream has nothing of another');
    while (accepted.length < 2) await once(server, 'one more');
    accepted[0]!.end();
    await once(server, 'ended');
    assert.equal(ended.length, 1);
    assert.notEqual(connections.pick(20_000), undefined);
    while (accepted.length < 3) await once(server, 'one more');
  });

  it('make room at their bound: the one goes that waits for nothing and was used longest ago', async (t) => {
    const { connections, outstanding, accepted, ended, server } = await world(t);
    const first = connections.pick(0)!;
    const second = connections.pick(1)!;
    outstanding.set(first, 1);
    for (let upstream = 2; upstream < MAX_CONNECTIONS; upstream++) connections.pick(upstream);
    while (accepted.length < MAX_CONNECTIONS) await once(server, 'one more');
    assert.equal(connections.pick(5000), second);
    assert.equal(connections.pick(0), first);
    assert.deepEqual(ended, [], 'nothing was lost with it');
  });

  it('cannot be had where each waits for an answer', async (t) => {
    const { connections, outstanding } = await world(t);
    for (let upstream = 0; upstream < MAX_CONNECTIONS; upstream++)
      outstanding.set(connections.pick(upstream)!, 1);
    assert.equal(connections.pick(5000), undefined);
    outstanding.clear();
    assert.notEqual(connections.pick(5000), undefined);
  });
});
