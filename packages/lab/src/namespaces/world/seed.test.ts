import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cloud, createCloud, NO_DELAYS, rememberingFabric, systemClock } from '@pointsman/cloud';
import { type TopologyInput, topologyFromValue } from '@pointsman/core/topology';
import { callerOf } from './lab-cloud.ts';
import { planNamespaces } from './plan-topology.ts';
import { seedCloud } from './seed.ts';

/** Its authority has the first address that EC2 would give to a machine. */
const INPUT: TopologyInput = {
  name: 'seeded',
  networks: {
    hub: {
      kind: 'vpc',
      region: 'eu-west-1',
      cidrs: ['10.1.0.0/16'],
      subnets: { a: { cidr: '10.1.1.0/24' } },
    },
  },
  authorities: { dns: { network: 'hub', addresses: ['10.1.1.4'] } },
  zones: { 'corp.example': { kind: 'external', authority: 'dns' } },
  forwarders: { main: { network: 'hub', members: [{ name: 'a', subnet: 'a', address: '10.1.1.53' }] } },
};

test('no machine gets the address of an authority’s server', async () => {
  const cloud = cloudOf();
  const parsed = topologyFromValue(INPUT, 'test.yaml', () => undefined);
  assert.ok(parsed.ok);
  await seedCloud(cloud, planNamespaces(parsed.topology), 'instances', callerOf);
  const { instances, interfaces } = cloud.state.now();
  assert.equal(instances.size, 2);
  const holders = [...interfaces.values()].filter(({ addresses }) => addresses.includes('10.1.1.4'));
  assert.deepEqual(
    holders.map(({ description, attachment }) => [description, attachment]),
    [['address of dns, which the lab plays', undefined]],
  );
});

function cloudOf(): Cloud {
  return createCloud({
    fabric: rememberingFabric(),
    clock: systemClock,
    faults: { ...NO_DELAYS },
    onFailure: (error) => assert.fail(error as Error),
  });
}
