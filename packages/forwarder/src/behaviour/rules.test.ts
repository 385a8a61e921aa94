import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answersOf, extendedErrorOf, rcodeOf } from './records.ts';
import type { Reply } from './scripted-upstream.ts';
import { startWorld, upstream, zone } from './world.ts';

test('the longest suffix decides who is asked, and nobody else hears of the name', async (t) => {
  const answer = (address: string) => (asked: { name: string }) => ({
    answers: [`${asked.name} 60 A ${address}`],
  });
  const cloud = await upstream(t, answer('10.0.0.1'));
  const orders = await upstream(t, answer('10.0.0.2'));
  const rest = await upstream(t, answer('10.0.0.3'));
  const world = await startWorld(
    t,
    { 'cloud.example': cloud, 'orders.cloud.example': orders },
    { otherwise: { upstreams: [rest.endpoint] } },
  );
  const wanted: [string, string][] = [
    ['cloud.example.', '10.0.0.1'],
    ['WWW.Cloud.Example.', '10.0.0.1'],
    ['orders.cloud.example.', '10.0.0.2'],
    ['a.b.orders.cloud.example.', '10.0.0.2'],
    ['xorders.cloud.example.', '10.0.0.1'],
    ['notcloud.example.', '10.0.0.3'],
    ['example.', '10.0.0.3'],
    ['.', '10.0.0.3'],
  ];
  for (const [name, address] of wanted) {
    const { answers } = await world.client.ask(name);
    assert.deepEqual([...answers[0]!.data].join('.'), address, name);
  }
  assert.deepEqual(
    new Set(cloud.asked.map(({ name }) => name)),
    new Set(['cloud.example.', 'www.cloud.example.', 'xorders.cloud.example.']),
  );
  assert.deepEqual(
    new Set(orders.asked.map(({ name }) => name)),
    new Set(['orders.cloud.example.', 'a.b.orders.cloud.example.']),
  );
});

test('a name is asked of its rule only, whatever its upstreams answer or fail to answer', async (t) => {
  const failures: Record<string, Reply> = {
    'silence.corp.example.': undefined,
    'servfail.corp.example.': { rcode: 'SERVFAIL' },
    'refused.corp.example.': { rcode: 'REFUSED' },
    'nxdomain.corp.example.': { rcode: 'NXDOMAIN' },
    'notimp.corp.example.': { rcode: 'NOTIMP' },
    'notauth.corp.example.': { rcode: 'NOTAUTH' },
    'nodata.corp.example.': {},
    'referral.corp.example.': { authorities: ['corp.example. 60 NS ns.elsewhere.example.'] },
    'garbage.corp.example.': Uint8Array.of(1, 2, 3),
    'truncated.corp.example.': { flags: { tc: true } },
  };
  const corp = await upstream(t, ({ name, transport }) => (transport === 'tcp' ? 'close' : failures[name]));
  const parent = await upstream(t, () => ({ answers: [] }));
  const rest = await upstream(t, () => ({ answers: [] }));
  const world = await startWorld(
    t,
    { 'corp.example': corp, example: parent },
    { otherwise: { upstreams: [rest.endpoint] }, deadline: 400 },
  );
  await Promise.all(Object.keys(failures).map((name) => world.client.ask(name)));
  await corp.setRunning(false);
  const down = await world.client.ask('after.corp.example.');
  assert.equal(rcodeOf(down), 'SERVFAIL');
  assert.deepEqual(
    [...parent.asked, ...rest.asked].map(({ name }) => name),
    [],
  );
});

test('a name that no rule covers is refused with an extended error, RFC 8914 §4.19', async (t) => {
  const corp = await upstream(t, () => ({}));
  const world = await startWorld(t, { 'corp.example': corp });
  const response = await world.client.ask('www.example.');
  assert.equal(rcodeOf(response), 'REFUSED');
  assert.equal(extendedErrorOf(response)?.code, 18);
  assert.equal(corp.asked.length, 0);
});

test('a client has the rules of its view, by the most specific CIDR, and no others', async (t) => {
  const inside = await upstream(t, zone({ 'www.corp.example.': ['www.corp.example. 60 A 10.0.0.1'] }));
  const outside = await upstream(t, zone({ 'www.corp.example.': ['www.corp.example. 60 A 192.0.2.1'] }));
  const world = await startWorld(
    t,
    { 'corp.example': inside },
    {
      clients: ['127.0.0.0/16'],
      views: [
        {
          name: 'guests',
          clients: ['127.0.7.0/24'],
          rules: [{ suffix: 'corp.example', upstreams: [outside.endpoint] }],
        },
        { name: 'nothing', clients: ['127.0.7.128/25'], rules: [] },
      ],
    },
  );
  const guest = await world.udp('127.0.7.1');
  const stranger = await world.udp('127.0.7.200');
  const outsider = await world.udp('127.9.0.1');
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(answersOf(await world.client.ask('www.corp.example.')), [
      'www.corp.example. A 10.0.0.1',
    ]);
    assert.deepEqual(answersOf(await guest.ask('www.corp.example.')), ['www.corp.example. A 192.0.2.1']);
    assert.equal(rcodeOf(await stranger.ask('www.corp.example.')), 'REFUSED');
    const refused = await outsider.ask('www.corp.example.');
    assert.equal(rcodeOf(refused), 'REFUSED');
    assert.equal(extendedErrorOf(refused)?.code, 18);
  }
  assert.equal(inside.count('www.corp.example.'), 1);
  assert.equal(outside.count('www.corp.example.'), 1);
});
