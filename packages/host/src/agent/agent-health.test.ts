import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import type { ForwarderConfig } from '@pointsman/core/config';
import { until } from '../engines/contract/servers.ts';
import type { Engine, EngineMetrics } from '../engines/engine.ts';
import {
  ruleTo,
  setStage,
  startOneWorker,
  untilServing,
  untilStandby,
  upstreamThat,
} from './agent-stage.fixture.ts';

describe('the health of an agent’s engine', { timeout: 300_000, concurrency: true }, () => {
  test('replaces no host where all upstreams are dead: the engine says so itself', async (t) => {
    const stage = await setStage(t);
    const dead = await upstreamThat(t, () => 'silence');
    stage.configure([...ruleTo(dead.endpoint), { suffix: 'other.example.', upstreams: [dead.endpoint] }]);
    const agent = stage.boot('i-1', { launchHook: 'answers' });
    const spare = stage.boot('i-2');
    await until(() => agent.status().role === 'serving' || spare.status().role === 'serving');
    const [holder, other] = agent.status().role === 'serving' ? [agent, spare] : [spare, agent];
    await until(() => holder.status().rules.length === 2);
    const started = holder.status().engine!.since;
    const seen = Math.max(...holder.status().rules.map(({ at }) => at));
    // Two rounds of probes later.
    await until(() => holder.status().rules.every(({ at }) => at > seen + 9000));
    assert.deepEqual(
      holder.status().rules.map(({ state }) => state),
      ['failed', 'failed'],
    );
    assert.match(holder.status().rules[0]!.detail, /no answer|timed? ?out|upstream/i);
    await until(() => holder.status().healthy);
    assert.equal(holder.status().engine!.since, started);
    assert.equal(holder.fleet.unhealthy + other.fleet.unhealthy, 0);
    assert.equal(other.status().role, 'standby');
  });

  test('starts an engine again that is silent; one that stays silent is reported, and its host lets go for the spare', async (t) => {
    const stage = await setStage(t);
    const upstream = await upstreamThat(t, () => ({ address: '10.0.0.1', ttl: 0 }));
    stage.configure(ruleTo(upstream.endpoint));
    let starts = 0;
    const first = stage.boot('i-1', {
      startEngine: (config) => (++starts === 2 ? startOneWorker(config) : startSilent(config)),
    });
    await untilServing(first);
    assert.equal(starts, 2);
    assert.equal(first.fleet.unhealthy, 0);
    assert.ok(
      first
        .status()
        .heals.at(-1)!
        .events.some(({ what }) => what === 'the engine is started again'),
    );
    const spare = stage.boot('i-2');
    await untilStandby(spare);
    await first.stop();
    const worse = stage.boot('i-1', { startEngine: startSilent });
    await untilServing(spare);
    await until(() => worse.fleet.unhealthy === 1);
    assert.match(worse.told.join('\n'), /stays silent: this host lets go/);
    await until(() => worse.status().role !== 'serving');
  });

  test('a launch whose engine stays silent is abandoned, and not reported as unhealthy too', async (t) => {
    const stage = await setStage(t);
    stage.configure([]);
    const launched = stage.boot('i-1', { startEngine: startSilent, launchHook: 'answers' });
    await until(() => launched.fleet.completed.length > 0);
    assert.deepEqual(launched.fleet.completed, ['ABANDON']);
    assert.match(
      launched.told.join('\n'),
      /this host is not fit for an address: the hook answers is told ABANDON/,
    );
    assert.equal(launched.fleet.unhealthy, 0);
  });

  test('leaves an engine alone that is so busy with clients that the questions of its agent are lost', async (t) => {
    const stage = await setStage(t);
    const upstream = await upstreamThat(t, () => ({ address: '10.0.0.1', ttl: 0 }));
    stage.configure(ruleTo(upstream.endpoint));
    let starts = 0;
    let reads = 0;
    const agent = stage.boot('i-1', {
      startEngine: async (config) => {
        starts++;
        const silent = await startSilent(config);
        const metrics = async () => {
          reads += 100_000;
          return { ...NO_METRICS, queries: reads };
        };
        return { ...silent, metrics };
      },
    });
    await untilServing(agent);
    // Longer than three pulses and two rounds of probes.
    const seen = reads;
    await until(() => starts > 1 || reads > seen + 15 * 100_000);
    assert.equal(agent.status().healthy, true);
    assert.equal(starts, 1);
  });
});

const NO_METRICS: EngineMetrics = {
  ...{ queries: 0, queriesTcp: 0, cacheHits: 0, cacheMisses: 0, refused: 0, servfails: 0, staleAnswers: 0 },
  ...{ upstreamQueries: 0, upstreamTimeouts: 0, mismatched: 0, inFlight: 0, cacheEntries: 0, cacheBytes: 0 },
  upstreams: [],
};

/** Takes queries, and says nothing. */
async function startSilent(config: ForwarderConfig): Promise<Engine> {
  const [address, port] = config.listen[0]!.split(':') as [string, string];
  const socket = createSocket('udp4');
  socket.bind(Number(port), address);
  await once(socket, 'listening');
  return {
    kind: 'native',
    transport: 'dgram',
    reload: async () => {},
    health: async () => ({ serving: true, reason: '', deadRules: [] }),
    metrics: () => Promise.reject(new Error('silent')),
    stop: async () => {
      socket.close();
    },
  };
}
