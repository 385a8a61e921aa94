import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TopologyInput, topologyFromValue } from '../topology/index.ts';
import { planTopology } from './index.ts';

const NETWORKS = 1000;
const ZONES = 10_000;
const TIERS = 100;

/** 1,000 VPCs, a tier of three in every tenth, 9,000 private zones spread over the VPCs, 1,000 external ones. */
function largeTopology(): TopologyInput {
  const networks: TopologyInput['networks'] = { office: { kind: 'site', cidrs: ['192.168.0.0/16'] } };
  const zones: NonNullable<TopologyInput['zones']> = {};
  const forwarders: NonNullable<TopologyInput['forwarders']> = {};
  for (let index = 0; index < NETWORKS; index++) {
    const base = `10.${index >> 2}.${(index & 3) * 64}`;
    networks[`v${index}`] = {
      kind: 'vpc',
      region: 'eu-west-1',
      cidrs: [`${base}.0/24`],
      subnets: { a: { cidr: `${base}.0/24` } },
      resolvers: `forwarders/t${index % TIERS}`,
    };
    if (index >= TIERS) continue;
    const members = ['a', 'b', 'c'].map((name, at) => ({ name, subnet: 'a', address: `${base}.${53 + at}` }));
    forwarders[`t${index}`] = { network: `v${index}`, members };
  }
  for (let index = 0; index < ZONES; index++) {
    zones[`z${index}.example`] =
      index % 10 === 0
        ? { kind: 'external', authority: 'dns' }
        : { kind: 'private', networks: [`v${index % NETWORKS}`] };
  }
  const dns = { network: 'office', addresses: ['192.168.0.53'], forwards: 'forwarders/t1' };
  return { name: 'large', networks, authorities: { dns }, zones, forwarders };
}

test('a topology of the size the design names is planned, and what is the same is kept once', () => {
  const result = topologyFromValue(largeTopology(), 'large.ts', () => undefined);
  assert.ok(result.ok);
  const plan = planTopology(result.topology);
  assert.equal(plan.forwarders.length, 3 * TIERS);
  assert.equal(plan.resolvers.length, NETWORKS);
  assert.equal(plan.clients.length, NETWORKS + 1);
  assert.equal(
    plan.resolvers.reduce((sum, { zones }) => sum + zones.length, 0),
    ZONES * 0.9,
  );
  const [a, b, c, other] = plan.forwarders;
  assert.ok(a!.config.rules === b!.config.rules && b!.config.rules === c!.config.rules);
  assert.ok(plan.forwarders.every(({ config }) => config.clients === a!.config.clients));
  const external = a!.config.rules.find(({ suffix }) => suffix === 'z0.example.');
  assert.ok(external && other!.config.rules.includes(external));
});
