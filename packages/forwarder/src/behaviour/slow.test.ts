/** Names that their upstream takes long to answer: they are waited for to the deadline, and nobody else waits with them. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { answersOf, extendedErrorOf, rcodeOf } from './records.ts';
import type { Script } from './scripted-upstream.ts';
import { gate, startWorld, until, upstream } from './world.ts';

const SLOW = { timeout: 120_000 };
const quick: Script = ({ name }) => ({ answers: [`${name} 60 A 10.0.0.1`] });

suite('slow names', { concurrency: 4 }, () => {
  test(
    'the answer of the only upstream is waited for, and other names are asked meanwhile',
    SLOW,
    async (t) => {
      const open = gate();
      const hub = await upstream(t, async (asked) => {
        if (asked.name.startsWith('slow')) await open.wait;
        return quick(asked);
      });
      const world = await startWorld(t, { '.': hub }, { deadline: '25s' });
      for (let index = 0; index < 10; index++) await world.client.ask(`w${index}.example.`);
      const waiting = [world.client.ask('slow0.example.'), world.client.ask('slow1.example.')];
      // Four time-outs of one question were once taken for a dead zone.
      await until(() => hub.count('slow0.example.') >= 5 && hub.count('slow1.example.') >= 5);
      for (let index = 0; index < 20; index++)
        assert.equal(rcodeOf(await world.client.ask(`other${index}.example.`)), 'NOERROR');
      open.open();
      for (const [index, response] of (await Promise.all(waiting)).entries())
        assert.deepEqual(answersOf(response), [`slow${index}.example. A 10.0.0.1`]);
    },
  );

  test(
    'a name that the only upstream never answers costs three packets, and fails by the deadline',
    SLOW,
    async (t) => {
      const hub = await upstream(t, (asked) => (asked.name.startsWith('mute') ? undefined : quick(asked)));
      const world = await startWorld(t, { '.': hub }, { deadline: '2s' });
      for (let index = 0; index < 10; index++) await world.client.ask(`w${index}.example.`);
      const response = await world.client.ask('mute.example.');
      assert.equal(rcodeOf(response), 'SERVFAIL');
      assert.match(extendedErrorOf(response)!.text, /no answer after/);
      assert.ok(hub.count('mute.example.') <= 3, `asked ${hub.count('mute.example.')} times`);
      // However many such names there are, the next one is asked at once.
      const mute = Array.from({ length: 8 }, (_, index) => world.client.ask(`mute${index}.example.`));
      await until(() => mute.every((_, index) => hub.count(`mute${index}.example.`) > 0));
      assert.equal(rcodeOf(await world.client.ask('other.example.')), 'NOERROR');
      await Promise.all(mute);
      const { upstreams } = await world.forwarder.stats();
      assert.equal(upstreams[0]!.state, 'up');
    },
  );

  test(
    'two upstreams: the second is asked after the measured time of the first, long before the first is asked again',
    SLOW,
    async (t) => {
      const open = gate();
      const late: Script = async (asked) => {
        if (asked.name === 'slow.example.') await open.wait;
        return quick(asked);
      };
      const first = await upstream(t, late);
      const second = await upstream(t, late);
      const world = await startWorld(
        t,
        { '.': { upstreams: [first.endpoint, second.endpoint], policy: 'ordered' } },
        { deadline: '25s' },
      );
      for (let index = 0; index < 20; index++) await world.client.ask(`w${index}.example.`);
      const answer = world.client.ask('slow.example.');
      await until(() => first.count('slow.example.') >= 2);
      const [once, again] = first.asked.filter(({ name }) => name === 'slow.example.');
      const [other] = second.asked.filter(({ name }) => name === 'slow.example.');
      assert.ok(once!.at <= other!.at && other!.at < again!.at, 'the other one comes first');
      open.open();
      assert.deepEqual(answersOf(await answer), ['slow.example. A 10.0.0.1']);
    },
  );
});
