import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Message, parseName } from '@pointsman/core/dns';
import { watchAnswering } from './answering.ts';
import { INTERVAL, type LoadClient, type LoadNews, startLoad } from './load.ts';

test('ten questions a second from each client, every other one for a name that no cache has', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const asked: string[] = [];
  const client = clientThat(async ({ name }) => {
    asked.push(name);
    return { rcode: 0 } as Message;
  });
  const load = startLoad([client, { ...client, network: 'other' }], {
    random: counter(),
    now: () => 0,
    tell: () => {},
  });
  t.mock.timers.tick(1000);
  await load.stop();
  assert.deepEqual(load.counts(), { asked: 20, answered: 20, late: 0, lost: 0, slowest_ms: 0 });
  const fresh = asked.filter((name) => name.startsWith('drill-'));
  assert.equal(fresh.length, 10);
  assert.equal(new Set(fresh).size, 10);
  assert.ok(asked.every((name) => name === 'www.cloud.example.' || name.endsWith('.cloud.example.')));
});

test('an answer after more than a second is late, no answer is a loss, and both are told', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let clock = 0;
  const takes = [5, 1500, Number.NaN];
  const news: LoadNews[] = [];
  const client = clientThat(async () => {
    const ms = takes.shift()!;
    clock += Number.isNaN(ms) ? 9000 : ms;
    return Number.isNaN(ms) ? undefined : ({ rcode: 0 } as Message);
  });
  const load = startLoad([client], { random: counter(), now: () => clock, tell: (each) => news.push(each) });
  for (let count = 0; count < 3; count++) {
    t.mock.timers.tick(INTERVAL);
    await new Promise(setImmediate);
  }
  await load.stop();
  assert.deepEqual(load.counts(), { asked: 3, answered: 2, late: 1, lost: 1, slowest_ms: 1500 });
  assert.deepEqual(
    news.map(({ outcome, ms }) => [outcome, ms]),
    [
      ['answered', 5],
      ['late', 1500],
      ['lost', 9000],
    ],
  );
});

test('a client that waits for three hundred answers asks no more, and what it would have asked is lost', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { promise, resolve } = Promise.withResolvers<Message | undefined>();
  const load = startLoad([clientThat(() => promise)], { random: counter(), now: () => 0, tell: () => {} });
  t.mock.timers.tick(INTERVAL * 330);
  resolve(undefined);
  await load.stop();
  const { asked, lost } = load.counts();
  assert.deepEqual([asked, lost], [330, 330]);
});

test('an address answers again when it answers all who found it silent', () => {
  const answering = watchAnswering();
  assert.equal(answering.see('10.0.0.1', 'orders', true, 1), undefined);
  assert.deepEqual(answering.see('10.0.0.1', 'orders', false, 2), { address: '10.0.0.1', answers: false });
  assert.equal(answering.see('10.0.0.1', 'billing', false, 3), undefined);
  assert.equal(answering.see('10.0.0.1', 'orders', true, 4), undefined);
  assert.deepEqual(answering.silent(), ['10.0.0.1']);
  assert.deepEqual(answering.see('10.0.0.1', 'billing', true, 5), { address: '10.0.0.1', answers: true });
  assert.deepEqual([answering.silent(), answering.answeredAgain()], [[], { '10.0.0.1': 5 }]);
});

function clientThat(resolve: LoadClient['resolve']): LoadClient {
  const names = [parseName('www.cloud.example')];
  return { network: 'orders', names, zones: [parseName('cloud.example')], resolve };
}

function counter(): () => number {
  let count = 0;
  return () => ++count / 1000;
}
