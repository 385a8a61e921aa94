import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TopologyInput, topologyFromValue } from '@pointsman/core/topology';
import { planNamespaces } from './plan-topology.ts';

const INPUT: TopologyInput = {
  name: 'hybrid',
  networks: {
    hub: {
      kind: 'vpc',
      region: 'eu-west-1',
      account: '111122223333',
      cidrs: ['10.1.0.0/16', '2001:db8:1::/56'],
      subnets: { a: { cidr: '10.1.1.0/24' }, b: { cidr: '10.1.2.0/24', availabilityZone: 'eu-west-1c' } },
      resolvers: ['forwarders/main', 'vpc-resolver'],
      domainName: 'cloud.example',
    },
    apps: { kind: 'vpc', region: 'eu-west-1', cidrs: ['10.2.0.0/16'], resolvers: '9.9.9.9' },
    office: { kind: 'site', cidrs: ['192.168.0.0/16'] },
  },
  links: [
    { kind: 'peering', between: ['hub', 'apps'] },
    { kind: 'vpn', between: ['hub', 'office'], mtu: 1400 },
  ],
  authorities: { dns: { network: 'office', addresses: ['192.168.0.53'], forwards: 'forwarders/main' } },
  zones: {
    'cloud.example': { kind: 'private', networks: ['hub'] },
    'corp.example': { kind: 'external', authority: 'dns' },
  },
  forwarders: {
    main: {
      network: 'hub',
      engine: 'bind',
      members: [
        { name: 'a', subnet: 'a', address: '10.1.1.53' },
        { name: 'b', subnet: 'b', address: '10.1.2.53' },
      ],
      rules: [{ suffix: 'odd.example', upstreams: ['192.168.0.53:5353', '169.254.169.253'] }],
    },
  },
};

const plan = planNamespaces(read());

test('each network has a client host that DHCP tells whom to ask, in the topology’s order', () => {
  assert.deepEqual(plan.clients, [
    {
      network: 'hub',
      subnet: 'clients',
      availabilityZone: 'eu-west-1c',
      addresses: ['10.1.0.10', '2001:db8:1:2::a'],
    },
    { network: 'apps', subnet: 'clients', availabilityZone: 'eu-west-1b', addresses: ['10.2.0.10'] },
    { network: 'office', subnet: undefined, availabilityZone: undefined, addresses: ['192.168.0.10'] },
  ]);
  assert.deepEqual(
    [...plan.vpcs, ...plan.sites].map(({ network, dhcp }) => [network, dhcp]),
    [
      ['hub', { domainName: 'cloud.example.', domainNameServers: ['10.1.1.53', '10.1.2.53', '10.1.0.2'] }],
      ['apps', { domainName: undefined, domainNameServers: ['9.9.9.9'] }],
      ['office', { domainName: undefined, domainNameServers: [] }],
    ],
  );
});

test('a member keeps the planner’s configuration, in the subnet of the topology and its availability zone', () => {
  assert.deepEqual(
    plan.members.map(({ config, ...rest }) => ({ ...rest, listen: config.listen })),
    [['a', '10.1.1.53', 'eu-west-1a'] as const, ['b', '10.1.2.53', 'eu-west-1c'] as const].map(
      ([subnet, address, availabilityZone]) => ({
        name: `main/${subnet}`,
        tier: 'hybrid/main',
        member: subnet,
        network: 'hub',
        subnet,
        availabilityZone,
        address,
        engine: 'bind',
        listen: [`${address}:53`],
      }),
    ),
  );
});

test('a tier has instances in each availability zone of its members: as many as those, and its spares', () => {
  const main = INPUT.forwarders!.main!;
  const members = [...main.members, { name: 'c', subnet: 'b', address: '10.1.2.54' }];
  const input = { ...INPUT, forwarders: { main: { ...main, members, spares: 2 } } };
  assert.deepEqual(planNamespaces(read(input)).tiers, [
    {
      name: 'main',
      tag: 'hybrid/main',
      network: 'hub',
      engine: 'bind',
      zones: [
        { availabilityZone: 'eu-west-1a', subnets: ['a'], instances: 3 },
        { availabilityZone: 'eu-west-1c', subnets: ['b'], instances: 4 },
      ],
    },
  ]);
});

test('servers stand at their addresses and at every port that somebody asks; a public resolver stands on all routers', () => {
  assert.deepEqual(plan.servers, [
    { authority: 'dns', networks: ['office'], address: '192.168.0.53', ports: [53, 5353] },
    { authority: undefined, networks: ['hub', 'apps', 'office'], address: '9.9.9.9', ports: [53] },
  ]);
});

test('links have the names that trace gives them', () => {
  assert.deepEqual(
    plan.links.map(({ name, kind, mtu }) => [name, kind, mtu]),
    [
      ['hub-apps', 'peering', undefined],
      ['hub-office', 'vpn', 1400],
    ],
  );
});

function read(input = INPUT) {
  const result = topologyFromValue(input, 'hybrid.ts', () => undefined);
  assert.ok(result.ok, JSON.stringify(result));
  return result.topology;
}
