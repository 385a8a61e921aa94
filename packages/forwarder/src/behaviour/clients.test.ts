/** What clients may send, and what they get: RCODEs, EDNS, sizes. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { encodeAsk } from './client.ts';
import { answersOf, extendedErrorOf, rcodeOf, respond } from './records.ts';
import type { Script } from './scripted-upstream.ts';
import { startWorld, upstream } from './world.ts';

const SLOW = { timeout: 120_000 };
const answering: Script = ({ name, type }) =>
  type === 'TXT'
    ? { answers: Array.from({ length: 4 }, (_, index) => `${name} 60 TXT "${String(index).repeat(150)}"`) }
    : { answers: [`${name} 60 A 10.0.0.1`], flags: { ad: true, aa: true } };

suite('clients', { concurrency: 4 }, () => {
  for (const transport of ['mmsg', 'dgram'] as const) {
    test(`the header decides first (${transport})`, SLOW, async (t) => {
      const corp = await upstream(t, answering);
      const world = await startWorld(t, { 'corp.example': corp }, { transport });
      assert.equal(world.forwarder.transport, transport);
      const { client } = world;
      const name = 'www.corp.example.';
      const cases: [string, string, Parameters<typeof client.ask>[2]][] = [
        ['REFUSED', 'A', { flags: { rd: false } }],
        ['NOTIMP', 'SOA', { flags: { opcode: 4 } }],
        ['NOTIMP', 'SOA', { flags: { opcode: 5 } }],
        ['NOTIMP', 'A', { flags: { opcode: 2 } }],
        ['REFUSED', 'AXFR', {}],
        ['REFUSED', 'IXFR', {}],
        ['REFUSED', 'TKEY', {}],
        ['REFUSED', 'A', { class: 3 }],
        ['REFUSED', 'A', { class: 255 }],
        ['BADVERS', 'A', { edns: { version: 1 } }],
        ['NOERROR', 'ANY', {}],
        ['NOERROR', 'TYPE65280', {}],
      ];
      for (const [rcode, type, options] of cases) {
        const response = await client.ask(name, type, options);
        assert.equal(rcodeOf(response), rcode, `${type} ${JSON.stringify(options)}`);
        assert.equal(response.flags.opcode, options?.flags?.opcode ?? 0);
      }
      assert.deepEqual(
        corp.asked.map(({ type }) => type),
        ['ANY', 'TYPE65280'],
      );
      const two = encodeAsk(name, 'A', { edns: false });
      two[5] = 2;
      assert.equal(rcodeOf(await client.askBytes(two)), 'FORMERR');
      const none = encodeAsk(name, 'A', { edns: false }).slice(0, 12);
      none[5] = 0;
      assert.equal(rcodeOf(await client.askBytes(none)), 'FORMERR');
      const longer = Uint8Array.from([...encodeAsk(name, 'A', { edns: false }), 0]);
      assert.equal(rcodeOf(await client.askBytes(longer)), 'FORMERR');
      assert.deepEqual(answersOf(await client.ask(name)), [`${name} A 10.0.0.1`]);
      const outsider = await world.udp('127.0.0.2');
      await world.reload({ 'corp.example': corp }, { clients: ['127.0.0.1/32'] });
      assert.equal(rcodeOf(await outsider.ask(name)), 'REFUSED');
      await client.ask(name);
      const { malformed, notImplemented, badVersions, recursionNotDesired, notForwarded, ...stats } =
        await world.forwarder.stats();
      assert.deepEqual(
        { malformed, notImplemented, badVersions, recursionNotDesired, notForwarded },
        { malformed: 3, notImplemented: 3, badVersions: 1, recursionNotDesired: 1, notForwarded: 5 },
      );
      const { queries, cacheHits, cacheMisses, refusedClients } = stats;
      assert.deepEqual(
        { queries, cacheHits, cacheMisses, refusedClients },
        { queries: 18, cacheHits: 1, cacheMisses: 3, refusedClients: 1 },
      );
    });

    test(
      `a response that is larger than the client takes is truncated (RFC 6891 §6.2.3) (${transport})`,
      SLOW,
      async (t) => {
        const corp = await upstream(t, answering);
        const world = await startWorld(t, { 'corp.example': corp }, { transport });
        for (const [edns, whole] of [
          [{ udpSize: 4096 }, true],
          [{ udpSize: 1232 }, true],
          [{ udpSize: 600 }, false],
          [{ udpSize: 100 }, false],
          [false, false],
        ] as const) {
          const response = await world.client.ask('www.corp.example.', 'TXT', { edns });
          assert.equal(response.flags.tc, !whole, JSON.stringify(edns));
          assert.equal(response.answers.length, whole ? 4 : 0);
          assert.ok(world.client.latestLength <= Math.max(512, edns ? edns.udpSize : 512));
          assert.equal(response.edns !== undefined, edns !== false, 'an OPT record only for who sent one');
        }
        const tcp = await world.tcp();
        assert.equal((await tcp.ask('www.corp.example.', 'TXT', { edns: false })).answers.length, 4);
        assert.equal(corp.asked.length, 1);
      },
    );

    test(`a client outside is refused (${transport})`, SLOW, async (t) => {
      const corp = await upstream(t, answering);
      const world = await startWorld(t, { 'corp.example': corp }, { transport, clients: ['127.0.0.1/32'] });
      const outsider = await world.udp('127.0.0.2');
      await world.client.ask('www.corp.example.');
      const response = await outsider.ask('www.corp.example.');
      assert.equal(rcodeOf(response), 'REFUSED');
      assert.equal(extendedErrorOf(response)?.code, 18);
      assert.equal(
        rcodeOf(await outsider.ask('www.corp.example.', 'A', { flags: { opcode: 5 } })),
        'REFUSED',
      );
      assert.equal((await world.forwarder.stats()).refusedClients, 2);
      assert.equal(corp.asked.length, 1);
    });
  }

  test('AD goes to those who ask for it, AA to nobody, RA to all (RFC 6840 §5.7)', SLOW, async (t) => {
    const corp = await upstream(t, answering);
    const world = await startWorld(t, { 'corp.example': corp });
    for (const [flags, edns, ad] of [
      [{}, {}, false],
      [{ ad: true }, {}, true],
      [{}, { do: true }, true],
    ] as const) {
      for (let round = 0; round < 2; round++) {
        const response = await world.client.ask('www.corp.example.', 'A', { flags, edns });
        assert.equal(response.flags.ad, ad, JSON.stringify({ flags, edns, round }));
        assert.equal(response.flags.aa, false);
        assert.equal(response.flags.ra, true);
        assert.equal(response.edns?.do, 'do' in edns);
      }
    }
  });

  test('the question comes back in the case it was asked in', SLOW, async (t) => {
    const corp = await upstream(t, answering);
    const world = await startWorld(t, { 'corp.example': corp });
    for (let round = 0; round < 2; round++) {
      const bytes = encodeAsk('www.corp.example.', 'A');
      for (const at of [13, 17, 22]) bytes[at] = bytes[at]! & ~0x20;
      const response = await world.client.askBytes(bytes);
      assert.deepEqual(response.question?.spelling, bytes.slice(12, 12 + 18));
    }
  });

  test('a response sent to us is not answered', SLOW, async (t) => {
    const corp = await upstream(t, answering);
    const world = await startWorld(t, { 'corp.example': corp });
    const { answers } = await world.client.ask('www.corp.example.');
    assert.equal(answers.length, 1);
    world.client.send(respond({ ...(await world.client.ask('www.corp.example.')), id: 7 }));
    await world.client.ask('www.corp.example.');
    const stats = await world.forwarder.stats();
    assert.deepEqual([stats.dropped, stats.malformed, stats.queries], [1, 0, 3]);
  });
});
