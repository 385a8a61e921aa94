/** What the cache says, for how long, and when it says it although its time is over. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Message } from '@pointsman/core/dns';
import { answersOf, authoritiesOf, extendedErrorOf, rcodeOf } from './records.ts';
import type { Reply } from './scripted-upstream.ts';
import { startWorld, until, upstream } from './world.ts';

const SLOW = { timeout: 120_000 };
const SOA = (ttl: number, minimum: number) =>
  `corp.example. ${ttl} SOA ns.corp.example. h.corp.example. 1 2 3 4 ${minimum}`;

suite('caching', { concurrency: 4 }, () => {
  test(
    'TTLs count down, and the answer is asked for again when its time is over (RFC 1035 §3.2.1)',
    SLOW,
    async (t) => {
      const corp = await upstream(t, ({ name }) => ({
        answers: [`${name} 3 A 10.0.0.1`, `${name} 9 A 10.0.0.2`],
      }));
      const world = await startWorld(t, { 'corp.example': corp });
      const first = await world.client.ask('www.corp.example.');
      assert.deepEqual(
        first.answers.map(({ ttl }) => ttl),
        [3, 9],
      );
      const seen = new Set<number>();
      await until(async () => {
        const { answers } = await world.client.ask('www.corp.example.');
        if (corp.asked.length === 1) {
          assert.equal(answers[1]!.ttl - answers[0]!.ttl, 6);
          seen.add(answers[0]!.ttl);
        }
        return corp.asked.length > 1;
      });
      assert.ok(
        [...seen].every((ttl) => ttl >= 1 && ttl <= 3),
        `TTLs ${[...seen]}`,
      );
      assert.ok(seen.size >= 2, `TTLs ${[...seen]}`);
    },
  );

  test(
    'negative answers are kept for the lesser of the TTL and the minimum of their SOA (RFC 2308 §5)',
    SLOW,
    async (t) => {
      const replies: Record<string, Reply> = {
        'minimum.corp.example.': { rcode: 'NXDOMAIN', authorities: [SOA(3600, 1)] },
        'ttl.corp.example.': { authorities: [SOA(1, 3600)] },
        'long.corp.example.': { rcode: 'NXDOMAIN', authorities: [SOA(3600, 60)] },
        'none.corp.example.': { rcode: 'NXDOMAIN' },
      };
      const corp = await upstream(t, ({ name }) => replies[name]);
      const world = await startWorld(t, { 'corp.example': corp });
      const long = await world.client.ask('long.corp.example.');
      assert.equal(rcodeOf(long), 'NXDOMAIN');
      assert.deepEqual(authoritiesOf(long), [
        'corp.example. SOA ns.corp.example. h.corp.example. 1 2 3 4 60',
      ]);
      assert.ok(long.authorities[0]!.ttl <= 60, 'who caches this answer keeps it no longer than we may');
      for (const name of ['minimum.corp.example.', 'ttl.corp.example.']) {
        await world.client.ask(name);
        await until(async () => {
          await world.client.ask(name);
          return corp.count(name) > 1;
        });
      }
      await world.client.ask('none.corp.example.');
      await world.client.ask('none.corp.example.');
      assert.equal(corp.count('none.corp.example.'), 2, 'without an SOA record it must not be kept');
      await world.client.ask('long.corp.example.');
      assert.equal(corp.count('long.corp.example.'), 1);
    },
  );

  test('a negative answer behind a CNAME without an SOA record is not kept', SLOW, async (t) => {
    const corp = await upstream(t, ({ name }) => ({ answers: [`${name} 600 CNAME app.cloud.example.`] }));
    const cloud = await upstream(t, () => ({ rcode: 'NXDOMAIN' }));
    const world = await startWorld(t, { 'corp.example': corp, 'cloud.example': cloud });
    for (let round = 0; round < 2; round++)
      assert.equal(rcodeOf(await world.client.ask('www.corp.example.')), 'NXDOMAIN');
    assert.equal(cloud.asked.length, 2);
  });

  test('TTL 0 is for those who asked while it was on its way, and for nobody later', SLOW, async (t) => {
    const corp = await upstream(t, ({ name }) => ({ answers: [`${name} 0 A 10.0.0.1`] }));
    const world = await startWorld(t, { 'corp.example': corp });
    await world.client.ask('www.corp.example.');
    await world.client.ask('www.corp.example.');
    assert.equal(corp.asked.length, 2);
  });

  test('a failure is kept for a few seconds, then asked again (RFC 9520 §3.2)', SLOW, async (t) => {
    const corp = await upstream(t, () => ({ rcode: 'SERVFAIL' }));
    const world = await startWorld(t, { 'corp.example': corp });
    const first = await world.client.ask('www.corp.example.');
    assert.equal(rcodeOf(first), 'SERVFAIL');
    const asked = corp.asked.length;
    for (let round = 0; round < 20; round++) await world.client.ask('www.corp.example.');
    assert.equal(corp.asked.length, asked);
    const again = await world.client.ask('www.corp.example.');
    assert.deepEqual(extendedErrorOf(again), extendedErrorOf(first));
    corp.script = ({ name }) => ({ answers: [`${name} 60 A 10.0.0.1`] });
    await until(async () => rcodeOf(await world.client.ask('www.corp.example.')) === 'NOERROR');
  });

  test('answers to DO and CD are kept apart from those without (RFC 4035 §4.7)', SLOW, async (t) => {
    const corp = await upstream(t, ({ name }) => ({ answers: [`${name} 60 A 10.0.0.1`] }));
    const world = await startWorld(t, { 'corp.example': corp });
    const ways = [
      {},
      { edns: { do: true } },
      { flags: { cd: true } },
      { edns: { do: true }, flags: { cd: true } },
    ];
    for (const way of [...ways, ...ways]) await world.client.ask('www.corp.example.', 'A', way);
    assert.deepEqual(
      corp.asked.map(({ message }) => [message.edns!.do, message.flags.cd]),
      [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ],
    );
  });

  /** Asks until the entry's time is over and the upstream, which is gone, would have to be asked. */
  async function untilStale(ask: () => Promise<Message>): Promise<Message> {
    let response = await ask();
    await until(async () => {
      response = await ask();
      return extendedErrorOf(response) !== undefined;
    });
    return response;
  }

  for (const [gone, why] of [
    ['silent', 'no upstream answers'],
    ['not running', 'no upstream answers'],
    ['failing', 'no upstream gives a usable answer'],
  ] as const) {
    test(
      `stale answers while the only upstream is ${gone}, and none once it is back (RFC 8767)`,
      SLOW,
      async (t) => {
        const answer = ({ name }: { name: string }) => ({ answers: [`${name} 1 A 10.0.0.1`] });
        const corp = await upstream(t, (asked) => (asked.type === 'SOA' ? {} : answer(asked)), {
          scriptProbes: true,
        });
        const world = await startWorld(t, { 'corp.example': corp }, { deadline: 500 });
        await world.client.ask('www.corp.example.');
        if (gone === 'silent') corp.script = () => undefined;
        if (gone === 'failing') corp.script = () => ({ rcode: 'SERVFAIL' });
        if (gone === 'not running') await corp.setRunning(false);
        const stale = await untilStale(() => world.client.ask('www.corp.example.'));
        assert.deepEqual(extendedErrorOf(stale), { code: 3, text: why });
        assert.deepEqual(answersOf(stale), ['www.corp.example. A 10.0.0.1']);
        assert.equal(stale.answers[0]!.ttl, 30, 'RFC 8767 §4');
        const other = await world.client.ask('unknown.corp.example.');
        assert.equal(rcodeOf(other), 'SERVFAIL', 'nothing is known of this one');
        corp.script = ({ name, type }) => (type === 'SOA' ? {} : { answers: [`${name} 60 A 10.0.0.2`] });
        if (gone === 'not running') await corp.setRunning(true);
        await until(
          async () =>
            answersOf(await world.client.ask('www.corp.example.'))[0] === 'www.corp.example. A 10.0.0.2',
        );
        const fresh = await world.client.ask('www.corp.example.');
        assert.equal(extendedErrorOf(fresh), undefined);
      },
    );
  }

  test('a name that has ceased to exist is not answered from what it was (RFC 8767 §4)', SLOW, async (t) => {
    const corp = await upstream(t, ({ name }) => ({ answers: [`${name} 1 A 10.0.0.1`] }));
    const world = await startWorld(t, { 'corp.example': corp });
    await world.client.ask('www.corp.example.');
    corp.script = () => ({ rcode: 'NXDOMAIN', authorities: [SOA(60, 60)] });
    await until(async () => rcodeOf(await world.client.ask('www.corp.example.')) === 'NXDOMAIN');
  });

  test(
    'an answer that cannot be used because its CNAMEs loop is no reason for a stale one',
    SLOW,
    async (t) => {
      const corp = await upstream(t, ({ name }) => ({ answers: [`${name} 1 A 10.0.0.1`] }));
      const world = await startWorld(t, { 'corp.example': corp });
      await world.client.ask('www.corp.example.');
      corp.script = ({ name }) => ({ answers: [`${name} 1 CNAME ${name}`] });
      let response: Message;
      await until(async () => {
        response = await world.client.ask('www.corp.example.');
        return corp.asked.length > 1;
      });
      assert.equal(rcodeOf(response!), 'SERVFAIL');
    },
  );

  test(
    'a stale end makes a chain of CNAMEs stale: it says so, and is not kept as if it were fresh',
    SLOW,
    async (t) => {
      const corp = await upstream(t, ({ name }) => ({ answers: [`${name} 600 CNAME app.cloud.example.`] }));
      const cloud = await upstream(t, ({ name }) => ({ answers: [`${name} 1 A 10.0.0.1`] }));
      const world = await startWorld(t, { 'corp.example': corp, 'cloud.example': cloud }, { deadline: 500 });
      await world.client.ask('app.cloud.example.');
      await cloud.setRunning(false);
      await untilStale(() => world.client.ask('app.cloud.example.'));
      const chained = await world.client.ask('www.corp.example.');
      assert.deepEqual(answersOf(chained), [
        'www.corp.example. CNAME app.cloud.example.',
        'app.cloud.example. A 10.0.0.1',
      ]);
      assert.equal(extendedErrorOf(chained)?.code, 3);
      cloud.script = ({ name }) => ({ answers: [`${name} 60 A 10.0.0.2`] });
      await cloud.setRunning(true);
      await until(
        async () =>
          answersOf(await world.client.ask('app.cloud.example.'))[0] === 'app.cloud.example. A 10.0.0.2',
      );
      const after = await world.client.ask('www.corp.example.');
      assert.equal(answersOf(after)[1], 'app.cloud.example. A 10.0.0.2');
      assert.equal(extendedErrorOf(after), undefined);
    },
  );
});
