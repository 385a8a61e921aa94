import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AgentPorts } from './agent-ports.ts';
import { agentConfig } from './agent-stage.fixture.ts';
import type { Outcome } from './claim/keep-claiming.ts';
import type { AgentEvent } from './events.ts';
import { makeFitness } from './fitness.ts';
import { makeHolding } from './holding.ts';
import { noMetrics } from './status/metrics.ts';

const HELD = {
  ...{ id: 'eni-a', member: 'a', mac: '02:00:00:00:00:0a', availabilityZone: 'z-1a', vpcId: 'vpc-1' },
  ...{ subnetId: 'subnet-1', subnetCidrs: ['127.0.0.0/8'], addresses: ['127.0.0.1'], attachment: undefined },
};
const AWAY: Outcome = { held: HELD, step: undefined, candidates: undefined, problems: [] };
const LETTING_GO: Outcome = {
  ...AWAY,
  step: { do: 'detach', interface: HELD, attachmentId: '1', force: false, key: '1', why: 'it is unfit' },
};

test('a host that could not serve tries again after half a minute while the cloud is away, and not where it lets go', async (t) => {
  let time = 0;
  const fitness = makeFitness();
  const heals = { list: () => [], begin: () => {}, note: () => {}, end: () => {} };
  const network: Partial<AgentPorts['network']> = {
    bringUp: () => Promise.reject(new Error('it is in use')),
    release: async () => {},
  };
  const ports = {
    network,
    report: ({ text }: AgentEvent) => {
      if (/is not up/.test(text) && fitness.state() === 'fit') time += 20_000;
    },
    metrics: noMetrics(),
    random: () => 0,
  } as Pick<AgentPorts, 'report' | 'metrics' | 'random'> as AgentPorts;
  const holding = makeHolding(agentConfig({ file: '/none', directory: '/none' }), ports, {
    ...{ heals, fitness, remembered: { write: async () => {} } },
    now: () => time,
  });
  t.after(holding.end);
  await holding.onTurn(AWAY);
  while (fitness.state() === 'fit') await nextTurn();
  const first = holding.view().tenure;
  time += 29_000;
  await holding.onTurn(AWAY);
  assert.equal(holding.view().tenure, first);
  time += 2000;
  await holding.onTurn(LETTING_GO);
  assert.equal(holding.view().tenure, first);
  await holding.onTurn(AWAY);
  assert.notEqual(holding.view().tenure, first);
});
