import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createMemoryStore } from '../store/memory-store.ts';
import type { HealthCheckConfig } from '../store/model.ts';
import { AWS_LIMITS, type Store } from '../store/store.ts';
import { afterResult, type EndpointState, UNKNOWN } from './health-state.ts';
import { runHealthChecks } from './run-health-checks.ts';

/** Health checks on a clock of the test's own. */

const HTTP: HealthCheckConfig = { type: 'HTTP', ipAddress: '10.0.0.1' };

async function start(configs: HealthCheckConfig[], random = () => 0.5) {
  const store = createMemoryStore({ findVpc: () => undefined, limits: AWS_LIMITS, now: () => 0 });
  const ids: string[] = [];
  for (const config of configs) ids.push(await add(store, config, ids.length));
  let clock = 0;
  const timers = new Set<{ at: number; act: () => void }>();
  const probes: { at: number; config: HealthCheckConfig; end: (healthy: boolean) => void }[] = [];
  const runner = runHealthChecks(store, {
    now: () => clock,
    random,
    schedule: (act, milliseconds) => {
      const timer = { at: clock + milliseconds, act };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    probe: (config) => {
      const { promise, resolve } = Promise.withResolvers<{ healthy: boolean; reason: string }>();
      probes.push({ at: clock, config, end: (healthy) => resolve({ healthy, reason: 'test' }) });
      return promise;
    },
  });
  const advance = async (to: number) => {
    for (;;) {
      const due = [...timers].filter(({ at }) => at <= to).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      clock = due.at;
      timers.delete(due);
      due.act();
      await setImmediate();
    }
    clock = to;
  };
  /** Lets the newest probe of each step end in turn with these results. */
  const see = async (...results: boolean[]) => {
    for (const result of results) {
      await advance(Math.min(...[...timers].map(({ at }) => at)));
      probes.at(-1)!.end(result);
      await setImmediate();
    }
  };
  return { store, ids, runner, probes, timers, advance, see };
}

async function add(store: Store, config: HealthCheckConfig, reference: number): Promise<string> {
  const { value } = await store.createHealthCheck({ account: '1', callerReference: `${reference}`, config });
  return value.id;
}

describe('the state of an endpoint', () => {
  test('turns after FailureThreshold results in a row, 3 by default, either way', () => {
    const states = (results: string, config: HealthCheckConfig) => {
      let state: EndpointState = UNKNOWN;
      return [...results]
        .map((each) => {
          state = afterResult(state, { healthy: each === '+', reason: '' }, 0, config);
          return state.healthy ? '+' : '-';
        })
        .join('');
    };
    assert.equal(states('--+---++-+++', HTTP), '+++++------+');
    assert.equal(states('-+-', { ...HTTP, failureThreshold: 1 }), '-+-');
    assert.equal(states('-'.repeat(10), { ...HTTP, failureThreshold: 10 }), '+++++++++-');
  });
});

describe('health checks', () => {
  test('are run every 30 seconds, or every 10, less a jitter of up to a tenth', async () => {
    for (const [requestInterval, seconds] of [
      [undefined, 30],
      [10, 10],
    ] as const) {
      const { probes, see } = await start([{ ...HTTP, requestInterval }]);
      await see(true, true, true);
      const gaps = [probes[1]!.at - probes[0]!.at, probes[2]!.at - probes[1]!.at];
      assert.deepEqual(gaps, [seconds * 950, seconds * 950]);
    }
  });

  test('that were made together are not run together', async () => {
    let draw = 0;
    const { probes, advance } = await start([HTTP, { ...HTTP, port: 81 }], () => (draw++ % 7) / 7);
    await advance(3000);
    assert.equal(new Set(probes.map(({ at }) => at)).size, 2);
  });

  test('are healthy until proven otherwise; inverted ones say the opposite; disabled ones are not run', async () => {
    const plain = await start([HTTP]);
    const [id] = plain.ids;
    assert.equal(plain.runner.isHealthy(id!), true);
    await plain.see(false, false);
    assert.equal(plain.runner.isHealthy(id!), true);
    await plain.see(false);
    assert.equal(plain.runner.isHealthy(id!), false);
    const failure = plain.runner.status(id!)!;
    assert.equal(failure.status, 'Failure: test');
    await plain.see(true);
    assert.equal(plain.runner.status(id!)!.status, 'Success: test');
    assert.deepEqual(plain.runner.lastFailure(id!), failure);
    const inverted = await start([{ ...HTTP, inverted: true }]);
    assert.equal(inverted.runner.isHealthy(inverted.ids[0]!), false);
    const disabled = await start([{ ...HTTP, disabled: true }]);
    assert.equal(disabled.timers.size, 0);
    assert.equal(disabled.runner.isHealthy(disabled.ids[0]!), true);
  });

  test('that are calculated count their children', async () => {
    const { store, ids, runner } = await start([HTTP, { ...HTTP, inverted: true }]);
    const calculated = async (healthThreshold: number) =>
      runner.isHealthy(
        await add(
          store,
          { type: 'CALCULATED', childHealthChecks: ids, healthThreshold },
          10 + healthThreshold,
        ),
      );
    assert.deepEqual([await calculated(0), await calculated(1), await calculated(2)], [true, true, false]);
  });

  test('of a store are followed: new ones are run, changed ones begin anew, deleted ones end', async () => {
    const { store, runner, probes, timers, see } = await start([]);
    const id = await add(store, HTTP, 1);
    await see(false, false, false);
    assert.equal(runner.isHealthy(id), false);
    await store.updateHealthCheck(id, { port: 8080 }, undefined);
    assert.equal(timers.size, 1);
    await see(true, true, true);
    assert.equal(probes.at(-1)!.config.port, 8080);
    assert.equal(runner.isHealthy(id), true);
    await store.deleteHealthCheck(id);
    assert.equal(timers.size, 0);
    assert.equal(runner.isHealthy(id), true);
    assert.deepEqual(runner.metrics(), { probes: 6, failures: 3, underWay: 0, waiting: 0 });
  });

  test('that end after their check was deleted change nothing', async () => {
    const { store, ids, runner, probes, timers, advance } = await start([HTTP]);
    await advance(30_000);
    await store.deleteHealthCheck(ids[0]!);
    probes[0]!.end(false);
    await setImmediate();
    assert.equal(timers.size, 0);
    assert.equal(runner.status(ids[0]!), undefined);
  });

  test('are under way 64 at a time; the others wait their turn', async () => {
    const many = Array.from({ length: 100 }, (_, index) => ({ ...HTTP, port: 1000 + index }));
    const { runner, probes, advance } = await start(many);
    await advance(3000);
    assert.deepEqual(runner.metrics(), { probes: 0, failures: 0, underWay: 64, waiting: 36 });
    probes[5]!.end(true);
    await setImmediate();
    assert.equal(probes.length, 65);
    runner.stop();
  });

  test('stop with the service', async () => {
    const { runner, timers } = await start([HTTP, { ...HTTP, port: 81 }]);
    runner.stop();
    assert.equal(timers.size, 0);
  });
});
