import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCloud, NO_DELAYS, rememberingFabric, systemClock } from '@pointsman/cloud';
import { planTopology } from '@pointsman/core/plan';
import { topologyFromValue } from '@pointsman/core/topology';
import { planNamespaces } from '../world/plan-topology.ts';
import { waitForTiers } from './wait-for-tiers.ts';

const result = topologyFromValue(
  {
    name: 'acme',
    networks: {
      hub: {
        kind: 'vpc',
        region: 'eu-west-1',
        cidrs: ['10.1.0.0/16'],
        subnets: { a: { cidr: '10.1.1.0/24' } },
      },
    },
    forwarders: { main: { network: 'hub', members: [{ name: 'a', subnet: 'a', address: '10.1.1.53' }] } },
  },
  'acme.ts',
  () => undefined,
);
assert.ok(result.ok);
const cloud = createCloud({
  fabric: rememberingFabric(),
  clock: systemClock,
  faults: { ...NO_DELAYS },
  onFailure: assert.fail,
});
const tiers = {
  lab: 'acme',
  cloud,
  plan: planNamespaces(result.topology, planTopology(result.topology)),
  findMachine: () => undefined,
};

test('a member that does not answer in time is told, with who has its address', async () => {
  await assert.rejects(
    waitForTiers({ ...tiers, answers: () => false }, undefined, 50),
    /^WorldError: main\/a does not answer at 10\.1\.1\.53, which no machine has, after 0\.05 s$/,
  );
});

test('so is a tier that lacks instances, though all its members answer', async () => {
  await assert.rejects(
    waitForTiers({ ...tiers, answers: () => true }, undefined, 50),
    /^WorldError: the tier main has 0 of 1 instances, after 0\.05 s$/,
  );
});

test('whoever gives up the start waits no longer', async () => {
  const reason = new Error('given up');
  await assert.rejects(waitForTiers({ ...tiers, answers: () => false }, AbortSignal.abort(reason)), reason);
});
