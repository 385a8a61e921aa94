/** The packet budget of an upstream: a VPC resolver drops what exceeds 1,024 packets a second (Amazon VPC user guide, "DNS quotas"). */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { answersOf, extendedErrorOf, rcodeOf } from './records.ts';
import type { Script, ScriptedUpstream } from './scripted-upstream.ts';
import { startWorld, until, upstream } from './world.ts';

const SLOW = { timeout: 120_000 };
const answering: Script = ({ name }) => ({ answers: [`${name} 60 A 10.0.0.1`] });

/**
 * Packets that came must fit into the time that passed, from before the first question to after the last answer: a slow machine can only make
 * that longer. That no single second has more is tested on a clock of its own, in upstreams/budget.test.ts.
 */
function assertWithin(limit: number, { asked, probes }: ScriptedUpstream, since: number): void {
  const packets = asked.reduce((sum, { transport }) => sum + (transport === 'tcp' ? 6 : 1), probes.length);
  const most = (limit * (performance.now() - since)) / 1000 + Math.max(6, limit / 11);
  assert.ok(packets <= most, `${packets} packets, ${most} allowed`);
}

suite('budget', { concurrency: 1 }, () => {
  for (const [workers, limit] of [
    [1, 100],
    [2, 100],
    [1, 10],
  ] as const) {
    test(
      `no second has more than ${limit} packets, also with ${workers} worker(s); what is held back is counted and asked later`,
      SLOW,
      async (t) => {
        const corp = await upstream(t, answering);
        const world = await startWorld(
          t,
          { 'corp.example': corp },
          { workers, deadline: '10s', budgets: [{ upstreams: [corp.endpoint], packetsPerSecond: limit }] },
        );
        const start = performance.now();
        const clients = await Promise.all(Array.from({ length: 6 }, () => world.udp()));
        const count = limit * 2;
        const answers = await Promise.all(
          Array.from({ length: count }, (_, index) => clients[index % 6]!.ask(`n${index}.corp.example.`)),
        );
        assert.deepEqual(new Set(answers.map(rcodeOf)), new Set(['NOERROR']));
        assertWithin(limit, corp, start);
        const stats = await world.forwarder.stats();
        assert.ok(stats.heldBack > 0);
        assert.equal(stats.upstreams[0]!.heldBack, stats.heldBack);
      },
    );
  }

  test('another address of the rule is asked before anybody waits', SLOW, async (t) => {
    const first = await upstream(t, answering);
    const second = await upstream(t, ({ name }) => ({ answers: [`${name} 60 A 10.0.0.2`] }));
    const world = await startWorld(
      t,
      { 'corp.example': { upstreams: [first.endpoint, second.endpoint], policy: 'ordered' } },
      { budgets: [{ upstreams: [first.endpoint], packetsPerSecond: 20 }] },
    );
    const start = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => world.client.ask(`n${index}.corp.example.`)),
    );
    assert.deepEqual(new Set(answers.map(rcodeOf)), new Set(['NOERROR']));
    assertWithin(20, first, start);
    assert.ok(second.asked.length > 0);
  });

  test(
    'no more questions wait for a budget than it can serve before their deadline; the others are told at once',
    SLOW,
    async (t) => {
      const corp = await upstream(t, answering);
      const world = await startWorld(
        t,
        { 'corp.example': corp, 'cloud.example': corp },
        { deadline: '10s', budgets: [{ upstreams: [corp.endpoint], packetsPerSecond: 10 }] },
      );
      let refused = 0;
      const questions = Array.from(
        { length: 300 },
        (_, index) => `n${index}.${index % 2 ? 'corp' : 'cloud'}.example.`,
      );
      const answers = questions.map(async (name) => {
        const response = await world.client.ask(name);
        if (/at its packet budget/.test(extendedErrorOf(response)?.text ?? '')) refused++;
        return response;
      });
      // At once: long before the first of those that wait can be served.
      await until(() => refused >= 150);
      assert.ok((await world.forwarder.stats()).inFlight <= 100);
      const served = (await Promise.all(answers)).filter((response) => rcodeOf(response) === 'NOERROR');
      assert.ok(served.length >= 50, `${served.length} served`);
    },
  );

  test('upstreams that share a budget have no more packets together than one alone', SLOW, async (t) => {
    const base = await upstream(t, answering);
    const linkLocal = await upstream(t, answering);
    const upstreams = [base.endpoint, linkLocal.endpoint];
    const world = await startWorld(
      t,
      { 'corp.example': { upstreams, policy: 'spread' } },
      { deadline: '10s', budgets: [{ upstreams, packetsPerSecond: 50 }] },
    );
    const start = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => world.client.ask(`n${index}.corp.example.`)),
    );
    assert.deepEqual(new Set(answers.map(rcodeOf)), new Set(['NOERROR']));
    assert.ok(base.asked.length > 0 && linkLocal.asked.length > 0);
    const packets = [base, linkLocal].reduce((sum, each) => sum + each.asked.length + each.probes.length, 0);
    const most = (50 * (performance.now() - start)) / 1000 + Math.max(6, 50 / 11);
    assert.ok(packets <= most, `${packets} packets, ${most} allowed`);
  });

  test('a stale answer comes before waiting for the budget', SLOW, async (t) => {
    const corp = await upstream(t, ({ name }) => ({
      answers: [`${name} ${name.startsWith('old') ? 1 : 60} A 10.0.0.1`],
    }));
    const world = await startWorld(
      t,
      { 'corp.example': corp },
      { deadline: '10s', budgets: [{ upstreams: [corp.endpoint], packetsPerSecond: 20 }] },
    );
    await world.client.ask('old.corp.example.');
    let flood = 0;
    const waiting: Promise<unknown>[] = [];
    await until(async () => {
      for (let more = 0; more < 4; more++) waiting.push(world.client.ask(`n${flood++}.corp.example.`));
      const response = await world.client.ask('old.corp.example.');
      assert.deepEqual(answersOf(response), ['old.corp.example. A 10.0.0.1']);
      const reason = extendedErrorOf(response);
      if (reason?.code === 3) assert.match(reason.text, /packet budget/);
      return reason?.code === 3;
    });
    await world.reload({ 'corp.example': corp }, { budgets: [] });
    await Promise.allSettled(waiting);
  });

  test('queries over TCP and those without EDNS are within the budget too', SLOW, async (t) => {
    const corp = await upstream(t, (asked) => {
      if (asked.message.edns) return { rcode: 'FORMERR', edns: false };
      return asked.transport === 'udp' ? { flags: { tc: true } } : answering(asked);
    });
    const world = await startWorld(
      t,
      { 'corp.example': corp },
      { deadline: '10s', budgets: [{ upstreams: [corp.endpoint], packetsPerSecond: 60 }] },
    );
    const start = performance.now();
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, index) => world.client.ask(`n${index}.corp.example.`)),
    );
    assert.deepEqual(new Set(answers.map(rcodeOf)), new Set(['NOERROR']));
    assertWithin(60, corp, start);
  });
});
