/** What a reload changes for questions in flight and for the cache: nobody gets an answer of rules that are not his. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Client } from './client.ts';
import { answersOf } from './records.ts';
import type { Reply, Script, ScriptedUpstream } from './scripted-upstream.ts';
import { gate, startWorld, until, upstream, type World } from './world.ts';

const SLOW = { timeout: 120_000 };
const answering =
  (address: string): Script =>
  ({ name }) => ({ answers: [`${name} 600 A ${address}`] });
const GUEST = '127.0.7.1';
const STAFF = '127.0.8.1';

function view(name: string, source: string, rules: Record<string, ScriptedUpstream>) {
  return {
    name,
    clients: [`${source.replace(/\d+$/, '0')}/24`],
    rules: Object.entries(rules).map(([suffix, { endpoint }]) => ({ suffix, upstreams: [endpoint] })),
  };
}

async function clientsOf(world: World): Promise<{ guest: Client; staff: Client }> {
  return { guest: await world.udp(GUEST), staff: await world.udp(STAFF) };
}

suite('reload', { concurrency: 4 }, () => {
  for (const workers of [1, 2]) {
    test(
      `views change places while a question is in flight: each client has its own view's answer (workers: ${workers})`,
      SLOW,
      async (t) => {
        const open = gate<Reply>();
        const guests = await upstream(t, () => open.wait);
        const staffs = await upstream(t, answering('10.0.0.2'));
        const views = [
          view('guests', GUEST, { 'corp.example': guests }),
          view('staff', STAFF, { 'corp.example': staffs }),
        ];
        const world = await startWorld(t, {}, { views, workers, deadline: '25s' });
        const { guest, staff } = await clientsOf(world);
        const first = guest.ask('www.corp.example.');
        await until(() => guests.asked.length > 0);
        await world.reload({}, { views: views.toReversed() });
        const answer = staff.ask('www.corp.example.');
        await until(() => staffs.asked.length > 0);
        assert.deepEqual(answersOf(await answer), ['www.corp.example. A 10.0.0.2']);
        open.open({ answers: ['www.corp.example. 600 A 192.0.2.1'] });
        assert.deepEqual(answersOf(await first), ['www.corp.example. A 192.0.2.1']);
        // What came late from the old rules is in the cache now, under a view that has another number.
        assert.deepEqual(answersOf(await staff.ask('www.corp.example.')), ['www.corp.example. A 10.0.0.2']);
        assert.deepEqual(answersOf(await guest.ask('www.corp.example.')), ['www.corp.example. A 192.0.2.1']);
      },
    );
  }

  test('views change places: the cache gives each client what its own view says', SLOW, async (t) => {
    const guests = await upstream(t, answering('192.0.2.1'));
    const staffs = await upstream(t, answering('10.0.0.2'));
    const views = [
      view('guests', GUEST, { 'corp.example': guests }),
      view('staff', STAFF, { 'corp.example': staffs }),
    ];
    const world = await startWorld(t, {}, { views });
    const { guest, staff } = await clientsOf(world);
    for (let round = 0; round < 4; round++) {
      assert.deepEqual(answersOf(await guest.ask('www.corp.example.')), ['www.corp.example. A 192.0.2.1']);
      assert.deepEqual(answersOf(await staff.ask('www.corp.example.')), ['www.corp.example. A 10.0.0.2']);
      await world.reload({}, { views: round % 2 ? views : views.toReversed() });
    }
  });

  test(
    'a question that is asked again after a reload is asked of the new upstream, at once',
    SLOW,
    async (t) => {
      const open = gate<Reply>();
      const first = await upstream(t, () => open.wait);
      const second = await upstream(t, answering('10.0.0.2'));
      const world = await startWorld(t, { 'corp.example': first }, { deadline: '25s' });
      const before = world.client.ask('www.corp.example.');
      await until(() => first.asked.length > 0);
      await world.reload({ 'corp.example': second });
      assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
        'www.corp.example. A 10.0.0.2',
      ]);
      open.open({ answers: ['www.corp.example. 600 A 10.0.0.1'] });
      assert.deepEqual(answersOf(await before), ['www.corp.example. A 10.0.0.1']);
    },
  );

  test('a chain of CNAMEs that began before a reload ends in the view that it began in', SLOW, async (t) => {
    const open = gate<Reply>();
    const guests = await upstream(t, () => open.wait);
    const guestCloud = await upstream(t, answering('192.0.2.1'));
    const staffs = await upstream(t, answering('10.0.0.2'));
    const views = [
      view('guests', GUEST, { 'corp.example': guests, 'cloud.example': guestCloud }),
      view('staff', STAFF, { 'cloud.example': staffs }),
    ];
    const world = await startWorld(t, {}, { views, deadline: '25s' });
    const { guest, staff } = await clientsOf(world);
    const answer = guest.ask('www.corp.example.');
    await until(() => guests.asked.length > 0);
    await world.reload({}, { views: views.toReversed() });
    assert.deepEqual(answersOf(await staff.ask('app.cloud.example.')), ['app.cloud.example. A 10.0.0.2']);
    open.open({ answers: ['www.corp.example. 600 CNAME app.cloud.example.'] });
    assert.deepEqual(answersOf(await answer), [
      'www.corp.example. CNAME app.cloud.example.',
      'app.cloud.example. A 192.0.2.1',
    ]);
  });
});
