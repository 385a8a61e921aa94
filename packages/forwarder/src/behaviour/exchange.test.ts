/** Queries to upstreams and their responses: what is believed, what is asked again and how. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Message } from '@pointsman/core/dns';
import { answersOf, extendedErrorOf, rcodeOf, respond } from './records.ts';
import type { Asked, Reply } from './scripted-upstream.ts';
import { gate, startWorld, until, upstream } from './world.ts';

const SLOW = { timeout: 120_000 };
const RIGHT = ['www.corp.example. 60 A 10.0.0.1'];

function changed(bytes: Uint8Array, change: (bytes: Uint8Array) => void): Uint8Array {
  const copy = bytes.slice();
  change(copy);
  return copy;
}

/** Responses that must be as if they had not come (RFC 5452 §9.1), by what is wrong with them. */
const WRONG: Record<string, (message: Message) => Uint8Array> = {
  'another ID': (message) =>
    respond({ ...message, id: message.id ^ 1 }, { answers: ['www.corp.example. 60 A 192.0.2.66'] }),
  'another name': (message) =>
    respond(
      { ...message, question: { name: 'app.corp.example.', type: 'A', class: 1 } },
      { answers: ['app.corp.example. 60 A 192.0.2.66'] },
    ),
  'another type': (message) =>
    respond({ ...message, question: { name: 'www.corp.example.', type: 'AAAA', class: 1 } }, {}),
  'another class': (message) =>
    respond(
      { ...message, question: { name: 'www.corp.example.', type: 'A', class: 3 } },
      { rcode: 'NXDOMAIN' },
    ),
  'no question': (message) => respond({ ...message, question: undefined }, { rcode: 'NXDOMAIN' }),
  'a query': (message) => respond(message, { flags: { qr: false } }),
  'another opcode': (message) => respond(message, { rcode: 'NXDOMAIN', flags: { opcode: 5 } }),
  'a header alone': (message) => respond(message).slice(0, 12),
  'cut in a record': (message) => respond(message, { answers: RIGHT, edns: false }).slice(0, -2),
  'bytes behind the end': (message) => Uint8Array.from([...respond(message, { rcode: 'NXDOMAIN' }), 0]),
  'an address of three bytes': (message) =>
    changed(respond(message, { answers: RIGHT, edns: false }).slice(0, -1), (bytes) => {
      bytes[bytes.length - 4] = 3;
    }),
  'a name that points to itself': (message) =>
    changed(respond(message, { answers: ['www.corp.example. 60 A 192.0.2.66'], edns: false }), (bytes) => {
      const owner = bytes.length - 16;
      bytes[owner] = 0xc0 | (owner >> 8);
      bytes[owner + 1] = owner & 0xff;
    }),
  'more answers promised than there are': (message) =>
    changed(respond(message, { answers: RIGHT, edns: false }), (bytes) => {
      bytes[7] = 2;
    }),
  'less than a header': () => Uint8Array.of(1, 2, 3),
  'nothing at all': () => new Uint8Array(0),
};

suite('exchange', { concurrency: 4 }, () => {
  for (const transport of ['mmsg', 'dgram'] as const) {
    test(
      `what is no response to the question is not heard, and the right one is used (${transport})`,
      SLOW,
      async (t) => {
        const wrong: Record<string, number> = {};
        let current = '';
        const corp = await upstream(t, ({ message }) => {
          wrong[current] = (wrong[current] ?? 0) + 1;
          return [WRONG[current]!(message), { answers: [`${message.question!.name} 0 A 10.0.0.1`] }];
        });
        const world = await startWorld(t, { 'corp.example': corp }, { transport });
        for (current of Object.keys(WRONG)) {
          const response = await world.client.ask('www.corp.example.');
          assert.deepEqual(answersOf(response), ['www.corp.example. A 10.0.0.1'], current);
        }
        assert.deepEqual(Object.keys(wrong), Object.keys(WRONG));
        const [stats] = (await world.forwarder.stats()).upstreams;
        const asked = Object.values(wrong).reduce((sum, count) => sum + count);
        // On a busy machine the right one may be late.
        assert.ok(
          asked <= Object.keys(WRONG).length + stats!.timeouts,
          `asked again: ${JSON.stringify(wrong)}`,
        );
      },
    );
  }

  test('a response from another address is not heard (RFC 5452 §9.1)', SLOW, async (t) => {
    const { createSocket } = await import('node:dgram');
    const attacker = createSocket('udp4').bind(0, '127.0.0.9');
    t.after(() => attacker.close());
    const forged = gate();
    const corp = await upstream(t, async ({ message, port }) => {
      const bytes = respond(message, { answers: ['www.corp.example. 60 A 192.0.2.66'] });
      attacker.send(bytes, port, world.address, () => forged.open());
      await forged.wait;
      return { answers: RIGHT };
    });
    const world = await startWorld(t, { 'corp.example': corp });
    assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
      'www.corp.example. A 10.0.0.1',
    ]);
  });

  test('transaction IDs and ports are unpredictable (RFC 5452 §9.2)', SLOW, async (t) => {
    const corp = await upstream(t, ({ name }) => ({ answers: [`${name} 60 A 10.0.0.1`] }));
    const world = await startWorld(t, { 'corp.example': corp });
    const count = 4096;
    for (let start = 0; start < count; start += 128) {
      await Promise.all(
        Array.from({ length: 128 }, (_, index) => world.client.ask(`n${start + index}.corp.example.`)),
      );
    }
    const ids = corp.asked.map(({ message }) => message.id);
    // 4096 of 65536: about 3,970 distinct. Chi-squared over 64 classes has mean 63 and deviation 11: 140 is 7 deviations away.
    assert.ok(new Set(ids).size > 3800, `${new Set(ids).size} distinct IDs of ${count}`);
    for (const shift of [0, 10]) {
      const classes = new Array<number>(64).fill(0);
      for (const id of ids) classes[(id >> shift) & 63]!++;
      const expected = ids.length / 64;
      const chiSquared = classes.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
      assert.ok(chiSquared < 140, `chi-squared of ID bits from ${shift}: ${chiSquared}`);
    }
    const steps = new Set(ids.slice(1).map((id, index) => (id - ids[index]!) & 0xffff));
    assert.ok(steps.size > 3500, `${steps.size} distinct steps from ID to ID`);
    const ports = corp.asked.map(({ port }) => port);
    assert.ok(new Set(ports).size >= 6, `${new Set(ports).size} ports`);
    // Ports that follow on one another, even by the second or the tenth, lie within a few dozen; random ones, of 28,000, do not.
    const distinct = [...new Set(ports)];
    assert.ok(Math.max(...distinct) - Math.min(...distinct) > 1000, `the ports ${distinct} lie together`);
    const portSteps = new Set(distinct.slice(1).map((port, index) => port - distinct[index]!));
    assert.ok(portSteps.size >= distinct.length - 2, `the ports ${distinct} look like a sequence`);
    const perPort = Map.groupBy(ports, (port) => port);
    for (const [port, uses] of perPort)
      assert.ok(uses.length <= 1024, `port ${port} used ${uses.length} times`);
  });

  test(
    'a query is ours: EDNS of our size, DO and CD carried, no option of the client (RFC 6891, RFC 7871 §11)',
    SLOW,
    async (t) => {
      const corp = await upstream(t, ({ name }) => ({ answers: [`${name} 60 A 10.0.0.1`] }));
      const world = await startWorld(t, { 'corp.example': corp });
      const subnet = { code: 8, data: Uint8Array.of(0, 1, 24, 0, 192, 0, 2) };
      const cookie = { code: 10, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
      const unknown = { code: 65001, data: Uint8Array.of(1, 2, 3) };
      const response = await world.client.ask('www.corp.example.', 'A', {
        edns: { udpSize: 4096, do: true, options: [subnet, cookie, unknown] },
        flags: { cd: true },
      });
      assert.deepEqual(response.edns?.options, []);
      const { message } = corp.asked[0]!;
      assert.deepEqual(message.edns, { udpSize: 1232, version: 0, do: true, options: [] });
      assert.equal(message.flags.cd, true);
      assert.equal(message.flags.rd, true);
      assert.equal(message.flags.ad, true);
      assert.deepEqual(message.additionals, []);
      await world.client.ask('app.corp.example.', 'A', { edns: false });
      assert.deepEqual(corp.asked[1]!.message.edns, { udpSize: 1232, version: 0, do: false, options: [] });
    },
  );

  test('a truncated response is asked for again over TCP (RFC 7766 §5)', SLOW, async (t) => {
    const many = Array.from(
      { length: 200 },
      (_, index) => `www.corp.example. 60 A 10.0.${index >> 8}.${index & 255}`,
    );
    const corp = await upstream(t, ({ transport }) =>
      transport === 'udp' ? { answers: many.slice(0, 3), flags: { tc: true } } : { answers: many },
    );
    const world = await startWorld(t, { 'corp.example': corp });
    const overTcp = await world.tcp();
    assert.equal((await overTcp.ask('www.corp.example.')).answers.length, 200);
    assert.deepEqual(
      corp.asked.map(({ transport }) => transport),
      ['udp', 'tcp'],
    );
    const overUdp = await world.client.ask('www.corp.example.');
    assert.equal(overUdp.flags.tc, true);
    assert.equal(overUdp.answers.length, 0);
  });

  test(
    'an upstream that closes an idle TCP connection is asked over a new one (RFC 7766 §6.2.4)',
    SLOW,
    async (t) => {
      let closes = 0;
      let mayClose = false;
      let latest = 0;
      const corp = await upstream(t, ({ name, transport, port }) => {
        if (transport === 'udp') return { flags: { tc: true } };
        const reused = port === latest;
        latest = port;
        if (!reused || !mayClose) return { answers: [`${name} 0 A 10.0.0.1`] };
        mayClose = false;
        closes++;
        return 'close';
      });
      const world = await startWorld(t, { 'corp.example': corp });
      for (let round = 0; round < 4; round++) {
        mayClose = true;
        const response = await world.client.ask('www.corp.example.');
        assert.deepEqual(answersOf(response), ['www.corp.example. A 10.0.0.1']);
      }
      assert.ok(closes >= 3, `${closes} closed`);
    },
  );

  test('an upstream that always cuts its TCP responses is left, and told of', SLOW, async (t) => {
    const corp = await upstream(t, ({ transport }) =>
      transport === 'udp' ? { flags: { tc: true } } : 'cut',
    );
    const other = await upstream(t, ({ name }) => ({ answers: [`${name} 60 A 10.0.0.2`] }));
    const world = await startWorld(
      t,
      {
        'corp.example': { upstreams: [corp.endpoint, other.endpoint], policy: 'ordered' },
        'alone.example': corp,
      },
      { deadline: '10s' },
    );
    assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
      'www.corp.example. A 10.0.0.2',
    ]);
    const failed = await world.client.ask('www.alone.example.');
    assert.equal(rcodeOf(failed), 'SERVFAIL');
    assert.ok(extendedErrorOf(failed)!.text.includes(corp.endpoint), extendedErrorOf(failed)!.text);
    assert.ok(corp.asked.length < 12, `asked ${corp.asked.length} times`);
  });

  test('what an upstream says of the reason is passed on, in plain characters and not too long', async (t) => {
    const failing = (text: string) =>
      upstream(t, () => ({ rcode: 'SERVFAIL', extendedError: { code: 6, text } }));
    const bogus = await failing('no \u001b[31mkey\n');
    const wordy = await failing('x'.repeat(3000));
    const world = await startWorld(
      t,
      { 'corp.example': bogus, 'long.example': wordy },
      { otherwise: { upstreams: [bogus.endpoint] } },
    );
    const told = async (name: string) => extendedErrorOf(await world.client.ask(name))!.text;
    const { endpoint } = bogus;
    const phrase = `${endpoint} SERVFAIL after N ms; ${endpoint} says: no [31mkey`;
    const withoutTime = (text: string) => text.replace(/after [0-9]+ ms/, 'after N ms');
    assert.equal(withoutTime(await told('www.corp.example.')), `corp.example.: ${phrase}`);
    assert.equal(withoutTime(await told('www.example.')), `everything else: ${phrase}`);
    const long = await told('www.long.example.');
    assert.match(long, /says: x+\.\.\.$/);
    assert.ok(long.length <= 200);
  });

  for (const [title, formerr] of Object.entries<(asked: Asked) => Reply>({
    'the question repeated': () => ({ rcode: 'FORMERR', edns: false }),
    'the header alone': ({ message }) =>
      respond({ ...message, question: undefined }, { rcode: 'FORMERR', edns: false }),
    'NOTIMP instead': () => ({ rcode: 'NOTIMP', edns: false }),
  })) {
    test(
      `an upstream that does not know EDNS is asked without it (RFC 6891 §7): ${title}`,
      SLOW,
      async (t) => {
        const corp = await upstream(t, (asked) =>
          asked.message.edns ? formerr(asked) : { answers: [`${asked.name} 60 A 10.0.0.1`] },
        );
        const world = await startWorld(t, { 'corp.example': corp }, { deadline: '10s' });
        assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
          'www.corp.example. A 10.0.0.1',
        ]);
        assert.deepEqual(
          corp.asked.map(({ message }) => message.edns !== undefined),
          [true, false],
        );
        await world.client.ask('app.corp.example.');
        assert.equal(corp.asked.length, 3, 'it is remembered');
      },
    );
  }

  for (const refusal of ['NOTIMP', 'FORMERR']) {
    test(
      `${refusal} to a type that the upstream does not know is no reason to leave EDNS`,
      SLOW,
      async (t) => {
        const corp = await upstream(t, ({ name, type }) =>
          type === 'ANY' ? { rcode: refusal, edns: false } : { answers: [`${name} 60 A 10.0.0.1`] },
        );
        const world = await startWorld(t, { 'corp.example': corp }, { deadline: '10s' });
        assert.equal(rcodeOf(await world.client.ask('www.corp.example.', 'ANY')), 'SERVFAIL');
        await world.client.ask('app.corp.example.', 'A', { edns: { do: true } });
        assert.equal(corp.asked.at(-1)!.message.edns?.do, true);
      },
    );
  }

  test(
    'one refusal of EDNS is not remembered where the question without EDNS brings nothing either',
    SLOW,
    async (t) => {
      const corp = await upstream(t, ({ name }) =>
        name.startsWith('odd') ? { rcode: 'FORMERR', edns: false } : { answers: [`${name} 60 A 10.0.0.1`] },
      );
      const world = await startWorld(t, { 'corp.example': corp }, { deadline: '10s' });
      assert.equal(rcodeOf(await world.client.ask('odd.corp.example.')), 'SERVFAIL');
      assert.deepEqual(
        corp.asked.map(({ message }) => message.edns !== undefined),
        [true, false],
      );
      await world.client.ask('www.corp.example.');
      assert.notEqual(corp.asked.at(-1)!.message.edns, undefined);
    },
  );

  for (const [title, bad] of Object.entries<Reply>({
    SERVFAIL: { rcode: 'SERVFAIL' },
    REFUSED: { rcode: 'REFUSED' },
    'a referral': {
      authorities: ['corp.example. 60 NS ns1.corp.example.'],
      additionals: ['ns1.corp.example. 60 A 192.0.2.1'],
    },
    'a referral upwards': { authorities: ['. 60 NS a.root-servers.net.'] },
  })) {
    test(`${title} from the first upstream: the next is asked, the first not again`, SLOW, async (t) => {
      const first = await upstream(t, () => bad);
      const second = await upstream(t, ({ name }) => ({ answers: [`${name} 60 A 10.0.0.2`] }));
      const world = await startWorld(t, {
        'corp.example': { upstreams: [first.endpoint, second.endpoint], policy: 'ordered' },
        'alone.example': first,
      });
      assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
        'www.corp.example. A 10.0.0.2',
      ]);
      assert.equal(first.asked.length, 1);
      const alone = await world.client.ask('www.alone.example.');
      assert.equal(rcodeOf(alone), 'SERVFAIL');
      assert.equal(first.asked.length, 2, 'asking it again would bring the same');
      assert.ok(extendedErrorOf(alone)!.text.includes(first.endpoint));
    });
  }

  test('identical questions in flight are asked once, also over two workers', SLOW, async (t) => {
    const open = gate<Reply>();
    const corp = await upstream(t, () => open.wait);
    const world = await startWorld(t, { 'corp.example': corp }, { workers: 2, deadline: '20s' });
    const first = world.client.ask('www.corp.example.');
    await until(() => corp.asked.length > 0);
    const clients = await Promise.all(Array.from({ length: 20 }, () => world.udp()));
    const tcp = await world.tcp();
    const answers = [
      first,
      tcp.ask('WWW.corp.EXAMPLE.'),
      ...clients.map((client) => client.ask('www.corp.example.')),
    ];
    await until(async () => (await world.forwarder.stats()).coalesced === 21);
    open.open({ answers: RIGHT });
    for (const response of await Promise.all(answers))
      assert.deepEqual(answersOf(response), ['www.corp.example. A 10.0.0.1']);
    assert.equal(corp.asked.length, 1);
    const stats = await world.forwarder.stats();
    assert.ok(stats.handedOver > 0, 'of 22 clients some are with the other worker');
    assert.deepEqual([stats.queries, stats.cacheMisses, stats.coalesced], [22, 22, 21]);
  });
});
