/** Clients over TCP (RFC 7766). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import { frame } from '../tcp/frames.ts';
import { encodeAsk } from './client.ts';
import { answersOf, rcodeOf } from './records.ts';
import type { Reply, Script } from './scripted-upstream.ts';
import { gate, startWorld, until, upstream, type World } from './world.ts';

const SLOW = { timeout: 120_000 };
const answering: Script = ({ name }) => ({ answers: [`${name} 60 A 10.0.0.1`] });

suite('tcp', { concurrency: 4 }, () => {
  test('queries are pipelined, and a slow one holds up nobody (RFC 7766 §6.2.1.1)', SLOW, async (t) => {
    const open = gate<Reply>();
    const corp = await upstream(t, (asked) => (asked.name.startsWith('slow') ? open.wait : answering(asked)));
    const world = await startWorld(t, { 'corp.example': corp }, { deadline: '20s' });
    const client = await world.tcp();
    const slow = client.ask('slow.corp.example.');
    await until(() => corp.asked.length === 1);
    const fast = await Promise.all(
      Array.from({ length: 149 }, (_, index) => client.ask(`n${index}.corp.example.`)),
    );
    for (const [index, response] of fast.entries())
      assert.deepEqual(answersOf(response), [`n${index}.corp.example. A 10.0.0.1`]);
    open.open({ answers: ['slow.corp.example. 60 A 10.0.0.2'] });
    assert.deepEqual(answersOf(await slow), ['slow.corp.example. A 10.0.0.2']);
    assert.equal((await world.forwarder.stats()).queriesTcp, 150);
  });

  test('more queries at once than may be in flight on a connection are all answered', SLOW, async (t) => {
    const corp = await upstream(t, answering);
    const world = await startWorld(t, { 'corp.example': corp }, { deadline: '20s' });
    const client = await world.tcp();
    const answers = await Promise.all(
      Array.from({ length: 600 }, (_, index) => client.ask(`n${index}.corp.example.`)),
    );
    assert.deepEqual(new Set(answers.map(rcodeOf)), new Set(['NOERROR']));
  });

  test('a frame may come byte by byte, and two in one piece', SLOW, async (t) => {
    const corp = await upstream(t, answering);
    const world = await startWorld(t, { 'corp.example': corp });
    const client = await world.tcp();
    const first = encodeAsk('a.corp.example.', 'A');
    const second = encodeAsk('b.corp.example.', 'A');
    second[0] = first[0]! ^ 1;
    const answers: Promise<unknown>[] = [];
    const waitFor = (bytes: Uint8Array) => {
      // What the client sends for itself is dropped; the bytes go out below, cut otherwise.
      const { write } = client.socket;
      client.socket.write = () => true;
      answers.push(client.askBytes(bytes));
      client.socket.write = write;
    };
    waitFor(first);
    for (const byte of frame(first, 0, first.length)) {
      client.socket.write(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await answers[0];
    const third = encodeAsk('c.corp.example.', 'A');
    third[0] = second[0]! ^ 2;
    waitFor(second);
    waitFor(third);
    client.socket.write(Buffer.concat([frame(second, 0, second.length), frame(third, 0, third.length)]));
    await Promise.all(answers);
    assert.deepEqual(
      corp.asked.map(({ name }) => name),
      ['a.corp.example.', 'b.corp.example.', 'c.corp.example.'],
    );
  });

  test(
    'a client that ends its side still gets its answers, then the end (RFC 7766 §6.2.4)',
    SLOW,
    async (t) => {
      const open = gate<Reply>();
      const corp = await upstream(t, () => open.wait);
      const world = await startWorld(t, { 'corp.example': corp }, { deadline: '20s' });
      const client = await world.tcp();
      const answer = client.ask('www.corp.example.');
      client.socket.end();
      await until(() => corp.asked.length === 1);
      const ended = once(client.socket, 'end');
      open.open({ answers: ['www.corp.example. 60 A 10.0.0.1'] });
      assert.equal(rcodeOf(await answer), 'NOERROR');
      await ended;
    },
  );

  test('an idle connection is closed, with half a frame or without (RFC 7766 §6.2.3)', SLOW, async (t) => {
    const world = await startWorld(t, { 'corp.example': await upstream(t, answering) });
    const idle = await world.tcp();
    const half = await world.tcp();
    await half.ask('www.corp.example.');
    half.socket.write(Uint8Array.of(0, 40, 1, 2, 3));
    idle.socket.resume();
    await Promise.all([once(idle.socket, 'end'), once(half.socket, 'end')]);
  });

  test('a client that asks and does not read is left waiting, and nobody else', SLOW, async (t) => {
    const text = `"${'x'.repeat(255)}"`;
    const big = Array.from(
      { length: 40 },
      (_, index) => `big.corp.example. 600 TXT "${index}" ${text} ${text} ${text} ${text}`,
    );
    const corp = await upstream(t, (asked) => {
      if (asked.type !== 'TXT') return answering(asked);
      return asked.transport === 'udp' ? { flags: { tc: true } } : { answers: big };
    });
    const world = await startWorld(t, { 'corp.example': corp });
    assert.equal((await (await world.tcp()).ask('big.corp.example.', 'TXT')).answers.length, 40);
    const deaf = net.connect({ host: world.address, port: world.port });
    t.after(() => deaf.destroy());
    deaf.on('error', () => {});
    await once(deaf, 'connect');
    const query = encodeAsk('big.corp.example.', 'TXT');
    const framed = Buffer.from(frame(query, 0, query.length));
    // 40 kB each: far more than all buffers on the way hold, so in the end the forwarder stops reading and our writes pile up.
    let piled = false;
    for (let sent = 0; sent < 20_000 && !piled; sent++) {
      if (!deaf.write(framed)) {
        piled = true;
        deaf.once('drain', () => {
          piled = false;
        });
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const others = await Promise.all(
      Array.from({ length: 100 }, (_, index) => world.client.ask(`n${index}.corp.example.`)),
    );
    assert.deepEqual(new Set(others.map(rcodeOf)), new Set(['NOERROR']));
    const answered = (await world.forwarder.stats()).queriesTcp;
    assert.ok(answered < 19_000, `${answered} queries were taken from a client that reads nothing`);
  });

  test('a connection with a query in flight is not idle', SLOW, async (t) => {
    const open = gate<Reply>();
    const corp = await upstream(t, () => open.wait);
    const world = await startWorld(t, { 'corp.example': corp }, { deadline: '30s' });
    const waiting = await world.tcp();
    const idle = await world.tcp();
    const answer = waiting.ask('www.corp.example.');
    await until(() => corp.asked.length > 0);
    idle.socket.resume();
    await once(idle.socket, 'end');
    open.open({ answers: ['www.corp.example. 60 A 10.0.0.1'] });
    assert.equal(rcodeOf(await answer), 'NOERROR');
  });

  test('who sends bytes and never a whole query is idle', SLOW, async (t) => {
    const world = await startWorld(t, { 'corp.example': await upstream(t, answering) });
    const dripping = await world.tcp();
    dripping.socket.write(Uint8Array.of(255, 255));
    const drip = setInterval(() => dripping.socket.write(Uint8Array.of(1)), 500);
    t.after(() => clearInterval(drip));
    dripping.socket.resume();
    await once(dripping.socket, 'end');
  });

  test(
    'what is over the bound of queries in flight waits, though it has come in one piece',
    SLOW,
    async (t) => {
      const open = gate<Reply>();
      const corp = await upstream(t, () => open.wait);
      const world = await startWorld(t, { 'corp.example': corp }, { deadline: '20s' });
      const client = await world.tcp();
      client.socket.cork();
      const answers = Array.from({ length: 300 }, (_, index) => client.ask(`n${index}.corp.example.`));
      client.socket.uncork();
      await until(() => corp.asked.length >= 128);
      assert.equal((await world.forwarder.stats()).queriesTcp, 128);
      open.open({ rcode: 'NXDOMAIN' });
      assert.deepEqual(new Set((await Promise.all(answers)).map(rcodeOf)), new Set(['NXDOMAIN']));
    },
  );

  /** Connections from one address, connected. */
  async function crowd(
    t: TestContext,
    world: World,
    localAddress: string,
    count: number,
  ): Promise<net.Socket[]> {
    const sockets: net.Socket[] = [];
    t.after(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (let index = 0; index < count; index++) {
      const socket = net.connect({ host: world.address, port: world.port, localAddress });
      socket.on('error', () => {});
      sockets.push(socket);
      await once(socket, 'connect');
    }
    return sockets;
  }

  test(
    'at the bound of connections the quietest goes, and none that waits for an answer',
    SLOW,
    async (t) => {
      const open = gate<Reply>();
      const corp = await upstream(t, (asked) =>
        asked.name.startsWith('slow') ? open.wait : answering(asked),
      );
      const world = await startWorld(t, { 'corp.example': corp }, { deadline: '30s' });
      const waiting = await world.tcp();
      const answer = waiting.ask('slow.corp.example.');
      await until(() => corp.asked.length === 1);
      const first = await world.tcp();
      const second = await world.tcp();
      await second.ask('a.corp.example.');
      await first.ask('b.corp.example.');
      const secondEnded = once(second.socket, 'close');
      second.socket.on('end', () => second.socket.destroy());
      for (let host = 2; host < 10; host++) await crowd(t, world, `127.0.0.${host}`, host === 9 ? 126 : 128);
      await secondEnded;
      assert.equal(rcodeOf(await first.ask('c.corp.example.')), 'NOERROR');
      open.open({ answers: ['slow.corp.example. 60 A 10.0.0.1'] });
      assert.equal(rcodeOf(await answer), 'NOERROR');
      assert.equal((await world.forwarder.stats()).tcpRefused, 1);
    },
  );

  test('one address with too many connections takes no room from the others', SLOW, async (t) => {
    const corp = await upstream(t, answering);
    const world = await startWorld(t, { 'corp.example': corp });
    const other = await world.tcp();
    const greedy = await crowd(t, world, '127.0.0.2', 128);
    const ended = once(greedy[0]!, 'close');
    greedy[0]!.resume();
    await crowd(t, world, '127.0.0.2', 1);
    await ended;
    assert.equal(rcodeOf(await other.ask('www.corp.example.')), 'NOERROR');
  });

  test('who is no client cannot connect, and so cannot push anybody out', SLOW, async (t) => {
    const corp = await upstream(t, answering);
    const world = await startWorld(t, { 'corp.example': corp }, { clients: ['127.0.0.0/24'] });
    const client = await world.tcp();
    for (let index = 0; index < 20; index++) {
      const outsider = net.connect({ host: world.address, port: world.port, localAddress: '127.0.1.1' });
      // The reset may come before it knows that it is connected.
      outsider.on('error', () => {});
      await new Promise((closed) => outsider.once('close', closed));
    }
    assert.equal(rcodeOf(await client.ask('www.corp.example.')), 'NOERROR');
    const { tcpRefused, refusedClients } = await world.forwarder.stats();
    assert.deepEqual({ tcpRefused, refusedClients }, { tcpRefused: 0, refusedClients: 20 });
  });

  test('what is no query ends its connection, and no other', SLOW, async (t) => {
    const corp = await upstream(t, answering);
    const world = await startWorld(t, { 'corp.example': corp });
    const good = await world.tcp();
    for (const bytes of [
      Uint8Array.of(0, 0),
      Uint8Array.of(0, 1, 7),
      Uint8Array.from([0, 12, 1, 2, 0x80, ...new Array(9).fill(0)]),
    ]) {
      const bad = await world.tcp();
      const closed = once(bad.socket, 'close');
      bad.socket.on('end', () => bad.socket.destroy());
      bad.socket.write(bytes);
      await closed;
    }
    assert.equal(rcodeOf(await good.ask('www.corp.example.')), 'NOERROR');
  });
});
