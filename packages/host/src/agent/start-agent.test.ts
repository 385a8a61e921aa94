import assert from 'node:assert/strict';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startClient, until } from '../engines/contract/servers.ts';
import { ruleTo, setStage, untilServing, untilStandby, upstreamThat } from './agent-stage.fixture.ts';

describe('an agent', { timeout: 300_000, concurrency: true }, () => {
  test('takes an address that has no host and serves it; a spare stands by, and takes it over when the host dies', async (t) => {
    const stage = await setStage(t);
    const upstream = await upstreamThat(t, () => ({ address: '10.0.0.1', ttl: 0 }));
    stage.configure(ruleTo(upstream.endpoint));
    const first = stage.boot('i-1', { launchHook: 'answers' });
    await untilServing(first);
    await until(() => first.fleet.completed.length > 0);
    assert.deepEqual(first.fleet.completed, ['CONTINUE']);
    const spare = stage.boot('i-2', { launchHook: 'answers' });
    await untilStandby(spare);
    await until(() => spare.fleet.completed.length > 0);
    const client = await startClient(t, `${stage.address}:${stage.port}`);
    assert.equal(await client.ask('www.corp.example.'), '10.0.0.1');
    stage.cloud.setInstance('i-1', 'ended');
    await untilServing(spare);
    await until(() => first.status().role !== 'serving');
    assert.equal(await client.ask('www.corp.example.'), '10.0.0.1');
    const heal = spare.status().heals.at(-1)!;
    assert.equal(heal.outcome, 'healed');
    assert.match(heal.cause, /i-1 has ended|a had no host/);
    assert.equal(heal.events.at(-1)!.what, 'answers flow');
    assert.deepEqual(stage.cloud.robberies, []);
  });

  test('lets go in time where Auto Scaling is about to end its instance', async (t) => {
    const stage = await setStage(t);
    stage.configure([]);
    let state = 'InService';
    const leaving = stage.boot('i-1', {
      metadata: { targetLifecycleState: async () => state, clockOffset: () => 0 },
    });
    await until(() => leaving.status().role === 'serving');
    const spare = stage.boot('i-2');
    await untilStandby(spare);
    state = 'Terminated';
    await until(() => spare.status().role === 'serving');
    await until(() => leaving.status().role === 'unfit');
    assert.equal(leaving.fleet.unhealthy, 0);
  });

  test('takes a new configuration without losing a query, refuses a bad one, and serves the last good one while the source is away', async (t) => {
    const stage = await setStage(t);
    const [old, fresh] = [
      await upstreamThat(t, () => ({ address: '10.0.0.1', ttl: 0 })),
      await upstreamThat(t, () => ({ address: '10.0.0.2', ttl: 0 })),
    ];
    stage.configure(ruleTo(old.endpoint));
    const agent = stage.boot('i-1');
    await untilServing(agent);
    const client = await startClient(t, `${stage.address}:${stage.port}`);
    const seen = [await client.ask('n0.corp.example.')];
    stage.configure(ruleTo(fresh.endpoint));
    while (seen.at(-1) !== '10.0.0.2') seen.push(await client.ask(`n${seen.length}.corp.example.`));
    assert.deepEqual([...new Set(seen)], ['10.0.0.1', '10.0.0.2']);
    const { revision } = agent.status().configuration!;
    for (const [bad, mistake] of [
      ['{', /it is no JSON/],
      [
        '{"name":"a","listen":["127.0.0.1:53"],"clients":[],"rules":[]}',
        /127\.0\.0\.1:53 is not an address of this/,
      ],
      ['{"name":"a"}', /listen: is missing/],
    ] as const) {
      stage.configure(bad);
      await until(() => agent.told.some((text) => mistake.test(text)));
      assert.equal(await client.ask('x.corp.example.'), '10.0.0.2');
      assert.equal(agent.status().configuration!.revision, revision);
    }
    rmSync(join(agent.directory, '..', 'forwarder.json'));
    await until(() => agent.told.some((text) => text.includes('there is no file')));
    await agent.stop();
    const again = stage.boot('i-1', { directory: agent.directory });
    await untilServing(again);
    assert.equal(again.status().configuration!.revision, revision);
    assert.equal(await client.ask('y.corp.example.'), '10.0.0.2');
    assert.equal(statSync(join(agent.directory, 'configurations/a.json')).mode & 0o077, 0);
  });

  test('goes on serving while the cloud is down, also when it is started again meanwhile', async (t) => {
    const stage = await setStage(t);
    const upstream = await upstreamThat(t, () => ({ address: '10.0.0.1', ttl: 0 }));
    stage.configure(ruleTo(upstream.endpoint));
    const agent = stage.boot('i-1');
    await untilServing(agent);
    stage.cloud.faults.throttled = 1;
    await until(() => agent.told.some((text) => text.includes('RequestLimitExceeded')));
    await untilServing(agent);
    await agent.stop();
    const again = stage.boot('i-1', { directory: agent.directory });
    await untilServing(again);
    assert.equal(again.status().member, 'a');
  });

  test('ends whole where a part of it fails: nobody answers at an address that is not looked after', async (t) => {
    const stage = await setStage(t);
    const upstream = await upstreamThat(t, () => ({ address: '10.0.0.1', ttl: 0 }));
    stage.configure(ruleTo(upstream.endpoint));
    let isBroken = false;
    const agent = stage.boot('i-1', {
      examineHost: async () => {
        if (isBroken) throw new TypeError('a bug');
        return { disk: undefined, memoryAvailable: 1 };
      },
    });
    const ended = agent.ended();
    ended.catch(() => {});
    await untilServing(agent);
    const client = await startClient(t, `${stage.address}:${stage.port}`);
    assert.equal(await client.ask('www.corp.example.'), '10.0.0.1');
    isBroken = true;
    await assert.rejects(ended, /a bug/);
    assert.equal(agent.status().engine, undefined);
  });
});
