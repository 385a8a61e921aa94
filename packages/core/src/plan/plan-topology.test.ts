import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseForwarderConfig } from '../config/index.ts';
import { parseTopology, type TopologyInput, topologyFromValue } from '../topology/index.ts';
import { type Plan, planTopology } from './index.ts';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

const planOf = (input: TopologyInput): Plan => {
  const result = topologyFromValue(input, 'hybrid.ts', () => '');
  assert.ok(result.ok, JSON.stringify(result));
  return planTopology(result.topology);
};

const vpc = (second: number, more = {}) => ({
  kind: 'vpc' as const,
  region: 'eu-west-1',
  cidrs: [`10.${second}.0.0/16`],
  subnets: { a: { cidr: `10.${second}.1.0/24`, availabilityZone: 'eu-west-1a' } },
  ...more,
});
const member = (second: number) => ({ name: 'a', subnet: 'a', address: `10.${second}.1.53` });

const base = {
  name: 'base',
  networks: {
    hub: vpc(1),
    spoke: vpc(2, {
      resolvers: ['forwarders/main', 'vpc-resolver', '10.9.9.9'],
      domainName: 'cloud.example',
    }),
    office: { kind: 'site', cidrs: ['192.168.0.0/16', 'fd00::/48'], resolvers: 'authorities/dns' },
  },
  authorities: {
    dns: { network: 'office', addresses: ['192.168.0.53', 'fd00::53'], forwards: 'forwarders/main' },
  },
  zones: {
    'cloud.example': { kind: 'private', networks: ['hub'] },
    'spoke.example': { kind: 'private', networks: ['spoke'] },
    'corp.example': { kind: 'external', authority: 'dns' },
    'www.example': { kind: 'public', records: { '@': { A: ['192.0.2.80'] } } },
  },
  forwarders: { main: { network: 'hub', members: [member(1)] } },
} satisfies TopologyInput;

const rulesOf = (plan: Plan) =>
  plan.forwarders[0]!.config.rules.map(({ suffix, upstreams, policy }) => [suffix, upstreams, policy]);

test('the plan of the topology of the design is the golden one', () => {
  const text = read('../topology/acme.yaml');
  const result = parseTopology({ path: 'hybrid.yaml', text, format: 'yaml' }, () => '');
  assert.ok(result.ok);
  const plan = JSON.parse(JSON.stringify(planTopology(result.topology)));
  assert.deepEqual(plan, JSON.parse(read('acme.plan.json')));
});

test('a tier forwards the private zones of its network to the VPC resolver, external zones to their authority, no others', () => {
  assert.deepEqual(rulesOf(planOf(base)), [
    ['cloud.example.', ['10.1.0.2'], undefined],
    ['corp.example.', ['192.168.0.53', 'fd00::53'], undefined],
  ]);
});

test('a rule of the file adds to the derived ones, replaces them, or sets their policy', () => {
  const rules = [
    { suffix: 'CORP.example', policy: 'ordered' as const },
    { suffix: 'cloud.example', upstreams: ['10.9.9.9:5353', 'authorities/dns'] },
    { suffix: '10.0.0.0/8', upstreams: 'vpc-resolver', policy: 'spread' as const },
  ];
  const plan = planOf({ ...base, forwarders: { main: { ...base.forwarders.main, rules } } });
  assert.deepEqual(rulesOf(plan), [
    ['10.in-addr.arpa.', ['10.1.0.2'], 'spread'],
    ['cloud.example.', ['10.9.9.9:5353', '192.168.0.53', 'fd00::53'], undefined],
    ['corp.example.', ['192.168.0.53', 'fd00::53'], 'ordered'],
  ]);
});

test('a tier may forward to another tier', () => {
  const far = {
    network: 'spoke',
    members: [member(2)],
    rules: [{ suffix: 'cloud.example', upstreams: 'forwarders/main' }],
  };
  const plan = planOf({ ...base, forwarders: { ...base.forwarders, far } });
  assert.deepEqual(plan.forwarders[1]?.config.rules[0], {
    suffix: 'cloud.example.',
    upstreams: ['10.1.1.53'],
  });
});

test('names no rule covers go where the tier says', () => {
  const otherwiseOf = (otherwise: 'refuse' | 'vpc-resolver' | string[] | undefined) =>
    planOf({
      ...base,
      forwarders: { main: { ...base.forwarders.main, ...(otherwise ? { otherwise } : {}) } },
    }).forwarders[0]?.config.otherwise;
  assert.deepEqual(otherwiseOf(undefined), { upstreams: ['10.1.0.2'] });
  assert.deepEqual(otherwiseOf('refuse'), 'refuse');
  assert.deepEqual(otherwiseOf(['192.0.2.1', '[2001:DB8::1]:53']), {
    upstreams: ['192.0.2.1', '[2001:db8::1]:53'],
  });
});

test('probes, the deadline and the cache are those that the tier says', () => {
  const tier = {
    ...base.forwarders.main,
    deadline: '500ms',
    cache: { bytes: 2 ** 28 },
    rules: [
      {
        suffix: 'probed.example',
        upstreams: ['10.9.9.9'],
        probe: { name: 'Alive.probed.example', type: 'A' },
      },
      { suffix: 'derived.example', probe: { name: 'alive.derived.example' } },
    ],
    otherwise: {
      upstreams: 'vpc-resolver' as const,
      policy: 'ordered' as const,
      probe: { name: 'amazonaws.com' },
    },
  };
  const zones = { 'derived.example': { kind: 'private' as const, networks: ['hub'] } };
  const { config } = planOf({ ...base, zones, forwarders: { main: tier } }).forwarders[0]!;
  assert.equal(config.deadline, 500);
  assert.deepEqual(config.cache, { bytes: 2 ** 28 });
  assert.deepEqual(
    config.rules.map(({ suffix, upstreams, probe }) => ({ suffix, upstreams, probe })),
    [
      {
        suffix: 'derived.example.',
        upstreams: ['10.1.0.2'],
        probe: { name: 'alive.derived.example.', type: 'SOA' },
      },
      {
        suffix: 'probed.example.',
        upstreams: ['10.9.9.9'],
        probe: { name: 'alive.probed.example.', type: 'A' },
      },
    ],
  );
  assert.deepEqual(config.otherwise, {
    upstreams: ['10.1.0.2'],
    policy: 'ordered',
    probe: { name: 'amazonaws.com.', type: 'SOA' },
  });
});

test('every network of the topology may ask, and a view’s clients are those of its networks', () => {
  const views = {
    staff: { networks: ['office', 'spoke'], rules: [{ suffix: 'cloud.example', upstreams: ['10.9.9.9'] }] },
  };
  const { config } = planOf({ ...base, forwarders: { main: { ...base.forwarders.main, views } } })
    .forwarders[0]!;
  assert.deepEqual(config.clients, ['10.1.0.0/16', '10.2.0.0/16', '192.168.0.0/16', 'fd00::/48']);
  assert.deepEqual(config.views, [
    {
      name: 'staff',
      clients: ['10.2.0.0/16', '192.168.0.0/16', 'fd00::/48'],
      rules: [
        { suffix: 'cloud.example.', upstreams: ['10.9.9.9'] },
        { suffix: 'corp.example.', upstreams: ['192.168.0.53', 'fd00::53'] },
      ],
      otherwise: { upstreams: ['10.1.0.2'] },
    },
  ]);
});

test('every VPC resolver that is asked has a budget, one for all its addresses, and nobody else', () => {
  const rules = [
    {
      suffix: 'spoke.example',
      upstreams: ['10.2.0.2:53', '192.0.2.1', '169.254.169.253', '[fd00:ec2::253]:53'],
    },
  ];
  const forwarders = { main: { ...base.forwarders.main, rules } };
  assert.deepEqual(planOf({ ...base, forwarders }).forwarders[0]?.config.budgets, [
    { upstreams: ['10.1.0.2', '169.254.169.253', '[fd00:ec2::253]:53'], packetsPerSecond: 1024 },
    { upstreams: ['10.2.0.2:53'], packetsPerSecond: 1024 },
  ]);
  const without = planOf({
    ...base,
    zones: {},
    forwarders: { main: { ...base.forwarders.main, otherwise: 'refuse' } },
  });
  assert.ok(!Object.hasOwn(without.forwarders[0]!.config, 'budgets'));
});

test('every configuration in a plan is one that `serve` takes', () => {
  const views = { staff: { networks: ['office'], otherwise: 'refuse' as const } };
  const members = [member(1), { name: 'b', subnet: 'a', address: '10.1.1.54' }];
  const plan = planOf({ ...base, forwarders: { main: { ...base.forwarders.main, members, views } } });
  for (const { config } of plan.forwarders) {
    const again = parseForwarderConfig(JSON.parse(JSON.stringify(config)));
    assert.ok(again.ok, JSON.stringify(again));
    assert.deepEqual(again.config, config);
  }
  assert.deepEqual(
    plan.forwarders.map(({ config }) => [config.name, config.listen]),
    [
      ['main-a', ['10.1.1.53:53']],
      ['main-b', ['10.1.1.54:53']],
    ],
  );
});

test('a VPC resolver answers its private zones with both attributes on, public names without, and is not there without support', () => {
  const plan = planOf({
    name: 'x',
    networks: {
      both: vpc(1),
      support: vpc(2, { dnsHostnames: false }),
      neither: vpc(3, { dnsSupport: false }),
      six: vpc(4, { cidrs: ['fd00::/56', '10.4.0.0/16', '10.5.0.0/16'], subnets: {} }),
    },
    zones: {
      'cloud.example': { kind: 'private', networks: ['both', 'support', 'neither', 'six'] },
      'a.example': { kind: 'private', networks: ['both'] },
      'www.example': base.zones['www.example'],
    },
  });
  const publicZones = ['www.example.'];
  assert.deepEqual(plan.resolvers, [
    {
      network: 'both',
      address: '10.1.0.2',
      clients: ['10.1.0.0/16'],
      zones: ['a.example.', 'cloud.example.'],
      publicZones,
    },
    { network: 'support', address: '10.2.0.2', clients: ['10.2.0.0/16'], zones: [], publicZones },
    {
      network: 'six',
      address: '10.4.0.2',
      clients: ['fd00::/56', '10.4.0.0/16', '10.5.0.0/16'],
      zones: ['cloud.example.'],
      publicZones,
    },
  ]);
});

test('an authority forwards the private zones that its tier has a rule for, but not what it holds or would be asked for again', () => {
  const rules = [
    { suffix: 'loop.example', upstreams: ['192.168.0.53:53'] },
    { suffix: 'far.example', upstreams: ['10.9.9.9'] },
  ];
  const plan = planOf({
    ...base,
    zones: {
      ...base.zones,
      'loop.example': { kind: 'private', networks: ['spoke'] },
      'deep.far.example': { kind: 'private', networks: ['spoke'] },
      'inner.corp.example': { kind: 'private', networks: ['spoke'] },
      'own.cloud.example': { kind: 'external', authority: 'dns' },
    },
    forwarders: { main: { ...base.forwarders.main, rules } },
  });
  assert.deepEqual(plan.authorities, [
    {
      name: 'dns',
      network: 'office',
      addresses: ['192.168.0.53', 'fd00::53'],
      software: 'other',
      zones: ['corp.example.', 'own.cloud.example.'],
      forwards: [
        { suffix: 'cloud.example.', upstreams: ['10.1.1.53'] },
        { suffix: 'deep.far.example.', upstreams: ['10.1.1.53'] },
      ],
    },
  ]);
});

test('a client asks whom its network names, in that order, and knows its search domain', () => {
  const [hub, spoke, office] = planOf(base).clients;
  assert.deepEqual(hub, { network: 'hub', address: '10.1.0.10', resolvers: ['10.1.0.2'] });
  assert.deepEqual(spoke, {
    network: 'spoke',
    address: '10.2.0.10',
    resolvers: ['10.1.1.53', '10.2.0.2', '10.9.9.9'],
    searchDomain: 'cloud.example.',
  });
  assert.deepEqual(office, {
    network: 'office',
    address: '192.168.0.10',
    resolvers: ['192.168.0.53', 'fd00::53'],
  });
});

test('a client has an address that nobody else has and AWS does not keep', () => {
  const addressIn = (cidr: string, taken: string[], subnets = {}) =>
    planOf({
      name: 'x',
      networks: {
        v:
          subnets === null
            ? { kind: 'site', cidrs: [cidr] }
            : { kind: 'vpc', region: 'eu-west-1', cidrs: [cidr], subnets },
      },
      ...(taken.length > 0 ? { authorities: { dns: { network: 'v', addresses: taken } } } : {}),
    }).clients[0]?.address;
  assert.equal(addressIn('10.0.0.0/24', []), '10.0.0.10');
  assert.equal(addressIn('10.0.0.0/24', ['10.0.0.10', '10.0.0.11']), '10.0.0.12');
  assert.equal(addressIn('10.0.0.0/24', [], { a: { cidr: '10.0.0.0/28' } }), '10.0.0.10');
  assert.equal(
    addressIn('10.0.0.0/28', ['10.0.0.10', '10.0.0.11', '10.0.0.12', '10.0.0.13', '10.0.0.14']),
    '10.0.0.1',
  );
  assert.equal(addressIn('192.0.2.0/30', [], null as never), '192.0.2.1');
  assert.equal(addressIn('192.0.2.1/32', [], null as never), '192.0.2.1');
});

test('an authority that names members of a tier forwards to those alone', () => {
  const members = [member(1), { name: 'b', subnet: 'a', address: '10.1.1.54' }];
  const forwardsTo = (forwards: string | string[]) =>
    planOf({
      ...base,
      authorities: { dns: { ...base.authorities.dns, forwards } },
      forwarders: { main: { network: 'hub', members } },
    }).authorities[0]!.forwards.map(({ upstreams }) => upstreams);
  assert.deepEqual(forwardsTo('forwarders/main'), [['10.1.1.53', '10.1.1.54']]);
  assert.deepEqual(forwardsTo(['forwarders/main/b']), [['10.1.1.54']]);
  assert.deepEqual(forwardsTo(['forwarders/main/b', 'forwarders/main']), [['10.1.1.53', '10.1.1.54']]);
});
