/** Upstreams that fail: left after their own time, tried again, and no other zone the slower for it. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { answersOf, extendedErrorOf, rcodeOf } from './records.ts';
import type { Script } from './scripted-upstream.ts';
import { startWorld, until, upstream } from './world.ts';

const SLOW = { timeout: 120_000 };
const answering =
  (address: string): Script =>
  ({ name }) => ({ answers: [`${name} 0 A ${address}`] });
const silent: Script = () => undefined;

suite('failover', { concurrency: 4 }, () => {
  test(
    'a silent first upstream is left after its measured time-out, long before the deadline',
    SLOW,
    async (t) => {
      const first = await upstream(t, answering('10.0.0.1'));
      const second = await upstream(t, answering('10.0.0.2'));
      const world = await startWorld(
        t,
        { 'corp.example': { upstreams: [first.endpoint, second.endpoint], policy: 'ordered' } },
        { deadline: '10s' },
      );
      for (let round = 0; round < 20; round++) await world.client.ask('www.corp.example.');
      assert.equal(second.asked.length, 0);
      first.script = silent;
      const before = first.asked.length;
      assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
        'www.corp.example. A 10.0.0.2',
      ]);
      assert.equal(first.asked.length, before + 1, 'the second was asked before the first was asked again');
      first.script = answering('10.0.0.1');
      await until(
        async () =>
          answersOf(await world.client.ask('www.corp.example.'))[0] === 'www.corp.example. A 10.0.0.1',
      );
    },
  );

  test('an answer that comes after its time-out is still an answer', SLOW, async (t) => {
    const corp = await upstream(t, async ({ name }) => {
      await until(() => corp.asked.length > 1);
      return { answers: [`${name} 0 A 10.0.0.1`] };
    });
    const world = await startWorld(t, { 'corp.example': corp }, { deadline: '10s' });
    assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
      'www.corp.example. A 10.0.0.1',
    ]);
  });

  for (const [title, lose, regain] of [
    ['stops', (u) => u.setRunning(false), (u) => u.setRunning(true)],
    [
      'falls silent',
      async (u) => {
        u.script = silent;
      },
      async (u) => {
        u.script = answering('10.0.0.1');
      },
    ],
  ] as [
    string,
    (u: Awaited<ReturnType<typeof upstream>>) => Promise<void>,
    (u: Awaited<ReturnType<typeof upstream>>) => Promise<void>,
  ][]) {
    test(
      `an upstream that ${title} is down before anybody waits for it, and used again after its first probe`,
      SLOW,
      async (t) => {
        const corp = await upstream(t, answering('10.0.0.1'), { scriptProbes: true });
        const world = await startWorld(t, { 'corp.example': corp });
        await world.client.ask('www.corp.example.');
        await lose(corp);
        await until(async () => {
          const response = await world.client.ask('www.corp.example.');
          const [state] = (await world.forwarder.stats()).upstreams;
          if (state!.state !== 'down') return false;
          assert.equal(rcodeOf(response), 'SERVFAIL');
          return true;
        });
        const probes = corp.probes.length;
        const down = await world.client.ask('app.corp.example.');
        assert.equal(rcodeOf(down), 'SERVFAIL');
        assert.match(
          extendedErrorOf(down)!.text,
          new RegExp(`corp\\.example\\.: ${corp.endpoint.replaceAll('.', '\\.')} `),
        );
        if (title === 'falls silent') await until(() => corp.probes.length > probes);
        const unanswered = corp.probes.length;
        await regain(corp);
        await until(
          async () => rcodeOf(await world.client.ask(`n${Math.random()}.corp.example.`)) === 'NOERROR',
        );
        // Probes are 1.5 s apart at the most: upstream.test.ts.
        assert.ok(corp.probes.length <= unanswered + 2, 'used again after the first probe that it answers');
      },
    );
  }

  test(
    'health is known from the start: an upstream that was never there costs no client a time-out',
    SLOW,
    async (t) => {
      const dead = await upstream(t, answering('10.0.0.1'));
      await dead.setRunning(false);
      const alive = await upstream(t, answering('10.0.0.2'));
      const world = await startWorld(t, {
        'corp.example': { upstreams: [dead.endpoint, alive.endpoint], policy: 'ordered' },
      });
      await until(async () => {
        const { upstreams } = await world.forwarder.stats();
        return upstreams[0]!.state === 'down' && upstreams[1]!.state === 'up';
      });
      assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
        'www.corp.example. A 10.0.0.2',
      ]);
      assert.equal(dead.asked.length, 0);
    },
  );

  test('the probe asks what it was told to ask', SLOW, async (t) => {
    const corp = await upstream(t, ({ name }) => ({ answers: [`${name} 60 A 10.0.0.1`] }));
    await startWorld(
      t,
      {},
      {
        rules: [
          {
            suffix: 'corp.example',
            upstreams: [corp.endpoint],
            probe: { name: 'health.corp.example', type: 'A' },
          },
        ],
      },
    );
    await until(() => corp.count('health.corp.example.', 'A') > 0);
  });

  test('an upstream that answers everything but the probe goes on being asked', SLOW, async (t) => {
    const corp = await upstream(
      t,
      (asked) => (asked.type === 'SOA' ? undefined : answering('10.0.0.1')(asked)),
      {
        scriptProbes: true,
      },
    );
    const world = await startWorld(t, { 'corp.example': corp });
    await until(() => corp.probes.length >= 4);
    await until(async () => rcodeOf(await world.client.ask(`n${Math.random()}.corp.example.`)) === 'NOERROR');
  });

  test('a zone that is dead behind an upstream slows no other zone of that upstream', SLOW, async (t) => {
    const hub = await upstream(
      t,
      (asked) =>
        asked.name.endsWith('dead.example.')
          ? undefined
          : asked.type === 'SOA'
            ? {}
            : answering('10.0.0.1')(asked),
      { scriptProbes: true },
    );
    // The dead zone comes first, so that the probe asks for it too.
    const world = await startWorld(t, { 'dead.example': hub, 'alive.example': hub });
    const dead: Promise<unknown>[] = [];
    // The dead zone alone is asked, until it has made the upstream look as bad as it can.
    await until(async () => {
      dead.push(world.client.ask(`n${dead.length}.dead.example.`));
      const stats = await world.forwarder.stats();
      return stats.upstreamTimeouts >= 6;
    });
    for (let round = 0; round < 200; round++) {
      const response = await world.client.ask(`n${round}.alive.example.`);
      assert.equal(rcodeOf(response), 'NOERROR', extendedErrorOf(response)?.text);
      if (round % 10 === 0) dead.push(world.client.ask(`m${round}.dead.example.`));
    }
    await Promise.all(dead);
    const burst = await Promise.all(
      Array.from({ length: 50 }, (_, index) => world.client.ask(`b${index}.alive.example.`)),
    );
    assert.deepEqual(new Set(burst.map(rcodeOf)), new Set(['NOERROR']));
    const once = Array.from({ length: 200 }, (_, round) => hub.count(`n${round}.alive.example.`) === 1);
    assert.ok(once.filter(Boolean).length > 150, 'hardly any had to be asked twice');
  });

  test(
    'a client is answered by the deadline, and told who was asked and what each did (RFC 8914)',
    SLOW,
    async (t) => {
      const mute = await upstream(t, silent);
      const broken = await upstream(t, () => ({ rcode: 'SERVFAIL' }));
      const gone = await upstream(t, silent);
      const world = await startWorld(
        t,
        {
          'corp.example': {
            upstreams: [mute, broken, gone].map(({ endpoint }) => endpoint),
            policy: 'ordered',
          },
        },
        { deadline: 800 },
      );
      const response = await world.client.ask('www.corp.example.');
      assert.equal(rcodeOf(response), 'SERVFAIL');
      const told = extendedErrorOf(response)!.text;
      assert.ok(told.startsWith('corp.example.: '), told);
      assert.ok(told.includes(`${mute.endpoint} no answer after `), told);
      assert.ok(told.includes(`${broken.endpoint} SERVFAIL after `), told);
    },
  );

  test('sixteen upstreams of which only the last is of use', SLOW, async (t) => {
    const bad = await Promise.all(
      Array.from({ length: 15 }, () => upstream(t, () => ({ rcode: 'REFUSED' }))),
    );
    const good = await upstream(t, answering('10.0.0.1'));
    const world = await startWorld(t, {
      'corp.example': { upstreams: [...bad, good].map(({ endpoint }) => endpoint), policy: 'ordered' },
    });
    assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
      'www.corp.example. A 10.0.0.1',
    ]);
  });

  for (const policy of ['fastest', 'spread'] as const) {
    test(`policy ${policy}: every question is answered while one of two is silent`, SLOW, async (t) => {
      const first = await upstream(t, answering('10.0.0.1'));
      const second = await upstream(t, answering('10.0.0.2'));
      const world = await startWorld(t, {
        'corp.example': { upstreams: [first.endpoint, second.endpoint], policy },
      });
      for (let round = 0; round < 20; round++) await world.client.ask('www.corp.example.');
      if (policy === 'spread') assert.ok(first.asked.length > 5 && second.asked.length > 5);
      first.script = silent;
      for (let round = 0; round < 20; round++)
        assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
          'www.corp.example. A 10.0.0.2',
        ]);
    });
  }
});
