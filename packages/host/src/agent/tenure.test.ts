import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EngineError } from '../engines/engine.ts';
import { noMetrics } from './status/metrics.ts';
import { beginTenure, type TenurePorts } from './tenure.ts';

test('a host on which no engine starts lets go of the address after half a minute, and says why', async (t) => {
  const host = begin(t, { startEngine: () => fail('EADDRINUSE', 'port 53 is in use') });
  await until(() => host.lost.length > 0);
  assert.deepEqual(host.lost, ['the engine does not start: port 53 is in use']);
  assert.ok(host.time() >= 30_000);
  assert.match(host.told.join('\n'), /a cannot be served here: this host lets go of it: .*port 53 is in use/);
});

test('one whose engine refuses the configuration stays: it would be so on any host', async (t) => {
  const host = begin(t, { startEngine: () => fail('REJECTED', 'named says no') });
  await until(() => host.time() > 600_000);
  assert.deepEqual(host.lost, []);
  assert.match(
    host.told.join('\n'),
    /is not taken, and there is no good one: nobody is served before it is corrected: named says no/,
  );
});

test('one whose interface cannot be brought up lets go, but not while an operator’s change waits', async (t) => {
  const bringUp = (code: string) => () => fail(code, 'the gateway does not answer');
  const failing = begin(t, { network: { ...NETWORK, bringUp: bringUp('NOT_PROVEN') } });
  await until(() => failing.lost.length > 0);
  assert.deepEqual(failing.lost, ['the gateway does not answer']);
  const waiting = begin(t, { network: { ...NETWORK, bringUp: bringUp('CONFIRMATION_PENDING') } });
  await until(() => waiting.time() > 60_000);
  assert.deepEqual(waiting.lost, []);
});

const HELD = {
  ...{ id: 'eni-a', member: 'a', mac: '02:00:00:00:00:0a', availabilityZone: 'z-1a', vpcId: 'vpc-1' },
  ...{ subnetId: 'subnet-1', subnetCidrs: ['127.0.0.0/8'], addresses: ['127.0.0.1'], attachment: undefined },
};
const CONFIGURATION = JSON.stringify({
  ...{ name: 'a', listen: ['127.0.0.1:53'], clients: ['127.0.0.0/8'], rules: [] },
});
const NETWORK: TenurePorts['network'] = {
  resume: async () => 'nothing',
  bringUp: async () => {},
  watch: async () => {},
  release: async () => {},
};

/** A tenure on a clock that goes 20 s on with each failure. */
function begin(t: TestContext, changes: Partial<TenurePorts>) {
  let time = 0;
  const told: string[] = [];
  const lost: string[] = [];
  const ports: TenurePorts = {
    startEngine: () => fail('NOT_STARTED', 'nothing starts here'),
    onStuck: () => assert.fail('stuck'),
    network: NETWORK,
    openSource: () => ({
      name: 'source',
      interval: 1,
      fetch: async () => ({ text: CONFIGURATION, tag: undefined }),
    }),
    lastGood: { read: async () => undefined, write: async () => {} },
    untilAsked: () => async () => {
      time += 20_000;
      await nextTurn();
    },
    report: ({ text }) => {
      if (/is not up/.test(text)) time += 20_000;
      told.push(text);
    },
    metrics: noMetrics(),
    random: () => 0,
    ...changes,
  };
  const heals = { list: () => [], begin: () => {}, note: () => {}, end: () => {} };
  const onLost = (reason: string) => lost.push(reason);
  const tenure = beginTenure(HELD, { config: { engine: 'native' }, ports, heals, onLost, now: () => time });
  t.after(tenure.end);
  return { told, lost, time: () => time };
}

async function fail(code: string, message: string): Promise<never> {
  throw new EngineError(code, message);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await nextTurn();
}
