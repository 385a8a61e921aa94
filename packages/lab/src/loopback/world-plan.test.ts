import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseForwarderConfig } from '@pointsman/core/config';
import { planTopology } from '@pointsman/core/plan';
import { type TopologyInput, topologyFromValue } from '@pointsman/core/topology';
import { planWorld } from './world-plan.ts';

const input: TopologyInput = {
  name: 'hybrid',
  networks: {
    hub: {
      kind: 'vpc',
      region: 'eu-west-1',
      cidrs: ['10.1.0.0/16'],
      subnets: { a: { cidr: '10.1.1.0/24' }, b: { cidr: '10.1.2.0/24' } },
      resolvers: 'forwarders/main',
    },
    office: { kind: 'site', cidrs: ['192.168.0.0/16'], resolvers: ['authorities/dns', '9.9.9.9'] },
  },
  authorities: { dns: { network: 'office', addresses: ['192.168.0.53'], forwards: 'forwarders/main' } },
  zones: {
    'cloud.example': { kind: 'private', networks: ['hub'] },
    'corp.example': { kind: 'external', authority: 'dns' },
  },
  forwarders: {
    main: {
      network: 'hub',
      members: [
        { name: 'a', subnet: 'a', address: '10.1.1.53' },
        { name: 'b', subnet: 'b', address: '10.1.2.53' },
      ],
      rules: [{ suffix: 'odd.example', upstreams: ['192.168.0.53:5353', '192.168.0.53'] }],
      views: { guests: { networks: ['office'], otherwise: ['1.1.1.1'] } },
    },
  },
};

test('a plan in loopback addresses: every address has moved there, and every port is the world’s', () => {
  const world = read(20053);
  const [first] = world.forwarders;
  assert.deepEqual(
    world.forwarders.map(({ name, loopback }) => [name, loopback]),
    [
      ['main/a', '127.1.1.53'],
      ['main/b', '127.1.2.53'],
    ],
  );
  const { config } = first!;
  assert.deepEqual(config.listen, ['127.1.1.53:20053']);
  assert.deepEqual(config.clients, ['127.1.0.0/16', '127.168.0.0/16']);
  assert.deepEqual(config.budgets, [{ upstreams: ['127.1.0.2:20053'], packetsPerSecond: 1024 }]);
  const upstreams = Object.fromEntries(config.rules.map((rule) => [rule.suffix, rule.upstreams]));
  assert.deepEqual(upstreams, {
    'cloud.example.': ['127.1.0.2:20053'],
    'corp.example.': ['127.168.0.53:20053'],
    'odd.example.': ['127.168.0.53:20053'],
  });
  assert.deepEqual(config.otherwise, { upstreams: ['127.1.0.2:20053'] });
  assert.deepEqual(config.views![0]!.clients, ['127.168.0.0/16']);
});

test('an address of no network becomes a place of its own, with the same address for all who use it', () => {
  const world = read(20053);
  const places = new Map(world.outside.map(({ address, loopback }) => [address, loopback]));
  assert.deepEqual([...places.keys()], ['1.1.1.1', '9.9.9.9']);
  const office = world.clients.find(({ network }) => network === 'office')!;
  assert.deepEqual(office.resolvers, ['127.168.0.53:20053', `${places.get('9.9.9.9')}:20053`]);
  assert.deepEqual(world.forwarders[0]!.config.views![0]!.otherwise, {
    upstreams: [`${places.get('1.1.1.1')}:20053`],
  });
});

test('the configurations are ones that `serve` would take, and members share their rules', () => {
  const [a, b] = read(20053).forwarders;
  assert.deepEqual(parseForwarderConfig(structuredClone(a!.config)), { ok: true, config: a!.config });
  assert.equal(a!.config.rules, b!.config.rules);
});

test('the same topology gives the same world, whoever reads it', () => {
  assert.deepEqual(read(1), read(1));
});

function read(port: number) {
  const result = topologyFromValue(input, 'test.ts', () => undefined);
  assert.ok(result.ok, JSON.stringify(result));
  return planWorld(result.topology, planTopology(result.topology), port);
}
