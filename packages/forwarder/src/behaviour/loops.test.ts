/** Queries that come back to us: they end, and never multiply. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { udpClient } from './client.ts';
import { answersOf, extendedErrorOf, rcodeOf } from './records.ts';
import { freeAddress, type Reply, startUpstream } from './scripted-upstream.ts';
import { freePort, gate, startWorld, until, upstream } from './world.ts';

const SLOW = { timeout: 120_000 };

for (const workers of [1, 2, 3]) {
  test(
    `an upstream that asks us what we ask it gets SERVFAIL at once, and so does the client (workers: ${workers})`,
    SLOW,
    async (t) => {
      const address = freeAddress();
      const port = freePort();
      const source = freeAddress();
      // Several sockets, so that the kernel gives them to several workers.
      const back = await Promise.all(Array.from({ length: 8 }, () => udpClient({ address, port }, source)));
      for (const client of back) t.after(() => client.close());
      let turn = 0;
      const resolver = await startUpstream(
        async ({ name, type }) => {
          // DO is set whatever it was asked with, as BIND does.
          const answer = await back[turn++ % 8]!.ask(name, type, { edns: { do: true } });
          return { rcode: rcodeOf(answer), answers: [] };
        },
        { address: source },
      );
      t.after(() => resolver.close());
      const world = await startWorld(
        t,
        { 'corp.example': resolver },
        { address, port, workers, deadline: '25s' },
      );
      const names = Array.from({ length: 16 }, (_, index) => `www${index}.corp.example.`);
      // By the deadline the test would be over.
      const responses = await Promise.all(names.map((name) => world.client.ask(name)));
      for (const response of responses) {
        assert.equal(rcodeOf(response), 'SERVFAIL');
        assert.match(extendedErrorOf(response)!.text, /loop/);
      }
      for (const name of names)
        assert.ok(resolver.count(name) <= 4, `${name} was asked ${resolver.count(name)} times`);
      assert.ok((await world.forwarder.stats()).loops >= names.length);
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
      const response = await ring[0]!.client.ask('www.corp.example.');
      assert.equal(rcodeOf(response), 'SERVFAIL');
      assert.match(extendedErrorOf(response)!.text, /loop|no answer|SERVFAIL/);
      const sent = (await Promise.all(ring.map(({ forwarder }) => forwarder.stats()))).reduce(
        (sum, { upstreamQueries }) => sum + upstreamQueries,
        0,
      );
      assert.ok(sent <= 8 * count, `${sent} queries between them`);
    },
  );
}
