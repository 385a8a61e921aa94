/** Queries that come back to us: they end, and never multiply. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { udpClient } from './client.ts';
import { answersOf, extendedErrorOf, rcodeOf } from './records.ts';
import { freeAddress, type Reply, startUpstream } from './scripted-upstream.ts';
import { freePort, gate, startWorld, until, upstream } from './world.ts';

const SLOW = { timeout: 40_000 };

for (const workers of [1, 2]) {
  test(
    `an upstream that asks us what we ask it gets SERVFAIL at once, and so does the client (workers: ${workers})`,
    SLOW,
    async (t) => {
      const address = freeAddress();
      const port = freePort();
      const back = await udpClient({ address, port }, freeAddress());
      t.after(() => back.close());
      const resolver = await startUpstream(
        async ({ name, type, message }) => {
          const answer = await back.ask(name, type, { edns: { do: message.edns?.do ?? false } });
          return { rcode: rcodeOf(answer), answers: [] };
        },
        { address: back.source },
      );
      t.after(() => resolver.close());
      const world = await startWorld(
        t,
        { 'corp.example': resolver },
        { address, port, workers, deadline: '10s' },
      );
      const start = performance.now();
      const response = await world.client.ask('www.corp.example.');
      assert.equal(rcodeOf(response), 'SERVFAIL');
      assert.match(extendedErrorOf(response)!.text, /loop/);
      assert.ok(performance.now() - start < 3000, 'long before the deadline');
      assert.ok(resolver.asked.length <= 3, `asked ${resolver.asked.length} times`);
      assert.equal((await world.forwarder.stats()).loops, 1);
    },
  );
}

test('a client at the address of an upstream does not spoil the answer for the others', SLOW, async (t) => {
  const open = gate<Reply>();
  const corp = await upstream(t, () => open.wait);
  const world = await startWorld(t, { 'corp.example': corp }, { deadline: '10s' });
  const neighbour = await world.udp(corp.address);
  const first = world.client.ask('www.corp.example.');
  await until(() => corp.asked.length > 0);
  await neighbour.ask('www.corp.example.');
  open.open({ answers: ['www.corp.example. 60 A 10.0.0.1'] });
  assert.deepEqual(answersOf(await first), ['www.corp.example. A 10.0.0.1']);
  assert.deepEqual(answersOf(await neighbour.ask('www.corp.example.')), ['www.corp.example. A 10.0.0.1']);
});

test('clients at the address of their upstream are served like any other', SLOW, async (t) => {
  const open = gate<Reply>();
  const corp = await upstream(t, () => open.wait, { address: '127.0.0.1' });
  const world = await startWorld(t, { 'corp.example': corp }, { deadline: '10s' });
  const both = [world.client.ask('www.corp.example.')];
  await until(() => corp.asked.length > 0);
  both.push((await world.udp('127.0.0.1')).ask('www.corp.example.'));
  await until(async () => (await world.forwarder.stats()).coalesced === 1);
  open.open({ answers: ['www.corp.example. 60 A 10.0.0.1'] });
  for (const response of await Promise.all(both))
    assert.deepEqual(answersOf(response), ['www.corp.example. A 10.0.0.1']);
});

for (const count of [2, 3]) {
  test(
    `${count} forwarders in a circle: the question ends by the deadline and does not multiply`,
    SLOW,
    async (t) => {
      const places = Array.from({ length: count }, () => ({ address: freeAddress(), port: freePort() }));
      const ring = [];
      for (const [index, { address, port }] of places.entries()) {
        const next = places[(index + 1) % count]!;
        ring.push(
          await startWorld(
            t,
            { 'corp.example': { upstreams: [`${next.address}:${next.port}`] } },
            { address, port, deadline: 1000 },
          ),
        );
      }
      const start = performance.now();
      const response = await ring[0]!.client.ask('www.corp.example.');
      assert.equal(rcodeOf(response), 'SERVFAIL');
      assert.ok(performance.now() - start < 4000, `${performance.now() - start} ms`);
      assert.match(extendedErrorOf(response)!.text, /loop|no answer|SERVFAIL/);
      const sent = (await Promise.all(ring.map(({ forwarder }) => forwarder.stats()))).reduce(
        (sum, { upstreamQueries }) => sum + upstreamQueries,
        0,
      );
      assert.ok(sent <= 8 * count, `${sent} queries between them`);
    },
  );
}
