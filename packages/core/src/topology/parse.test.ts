import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { rdataToText } from '../dns/index.ts';
import { defineTopology, parseTopology, type TopologyInput, topologyFromValue, type Zone } from './index.ts';

const acme = readFileSync(new URL('acme.yaml', import.meta.url), 'utf8');
const acmeZone = '$TTL 60\nwww IN A 10.10.1.20\n';

const parsed = (text: string, files: Record<string, string> = {}) => {
  const result = parseTopology({ path: 'hybrid.yaml', text, format: 'yaml' }, (path) => files[path]);
  assert.ok(result.ok, JSON.stringify(result));
  return result.topology;
};
const defined = (topology: TopologyInput) => {
  const result = topologyFromValue(defineTopology(topology), 'hybrid.ts', () => undefined);
  assert.ok(result.ok, JSON.stringify(result));
  return result.topology;
};
const recordsOf = ({ records }: Zone) =>
  records.map(
    ({ name, type, ttl, data }) =>
      `${name} ${ttl} ${type} ${data.map((each) => rdataToText(type, each)).join(', ')}`,
  );

test('the topology of the design reads as it means', () => {
  const topology = parsed(acme, { './cloud.acme.example.zone': acmeZone });
  assert.equal(topology.name, 'acme');
  assert.deepEqual(
    topology.networks.map(({ name, kind }) => [name, kind]),
    [
      ['shared', 'vpc'],
      ['orders', 'vpc'],
      ['billing', 'vpc'],
      ['sydney', 'site'],
    ],
  );
  assert.deepEqual(topology.networks[0], {
    kind: 'vpc',
    name: 'shared',
    path: ['networks', 'shared'],
    region: 'ap-southeast-2',
    account: undefined,
    vpcId: undefined,
    cidrs: ['10.10.0.0/16'],
    subnets: [
      { name: 'a', cidr: '10.10.1.0/24', availabilityZone: 'ap-southeast-2a' },
      { name: 'b', cidr: '10.10.2.0/24', availabilityZone: 'ap-southeast-2b' },
      { name: 'c', cidr: '10.10.3.0/24', availabilityZone: 'ap-southeast-2c' },
    ],
    resolvers: [{ kind: 'tier', name: 'main' }],
    domainName: undefined,
    load: undefined,
    dnsSupport: true,
    dnsHostnames: true,
    autodefinedReverse: true,
  });
  assert.deepEqual(topology.links[2], {
    kind: 'vpn',
    path: ['links', 2],
    between: ['shared', 'sydney'],
    mtu: undefined,
    port53: ['udp', 'tcp'],
  });
  assert.equal(topology.authorities[0]?.forwards, 'main');
  assert.deepEqual(
    topology.zones.map(({ name, kind }) => [name, kind]),
    [
      ['cloud.acme.example.', 'private'],
      ['orders.cloud.acme.example.', 'private'],
      ['10.in-addr.arpa.', 'private'],
      ['corp.acme.example.', 'external'],
      ['168.192.in-addr.arpa.', 'external'],
    ],
  );
  assert.deepEqual(recordsOf(topology.zones[0]!), ['www.cloud.acme.example. 60 A 10.10.1.20']);
  const [tier] = topology.forwarders;
  assert.deepEqual(tier?.members[1], {
    name: 'b',
    subnet: 'b',
    address: '10.10.2.53',
    availabilityZone: 'ap-southeast-2b',
  });
  assert.deepEqual(tier?.otherwise, { kind: 'vpc-resolver' });
});

test('YAML, JSON and a program’s value of the same topology are the same topology', () => {
  const value = defineTopology({
    name: 'acme',
    networks: { office: { kind: 'site', cidrs: ['192.168.0.0/16'], resolvers: 'authorities/dns' } },
    authorities: { dns: { network: 'office', addresses: ['192.168.0.53'] } },
    zones: {
      'corp.example': { kind: 'external', authority: 'dns', records: { www: { A: ['192.168.0.80'] } } },
    },
  });
  const { locate: _1, file: _2, ...fromValue } = defined(value);
  for (const format of ['json', 'yaml'] as const) {
    const source = { path: `hybrid.${format}`, text: JSON.stringify(value), format };
    const result = parseTopology(source, () => undefined);
    assert.ok(result.ok);
    const { locate: _3, file: _4, ...fromText } = result.topology;
    assert.deepEqual(fromText, fromValue);
  }
});

test('a network asks its VPC resolver unless it has none or names others', () => {
  const { networks } = defined({
    name: 'x',
    networks: {
      plain: { kind: 'vpc', region: 'eu-west-1', cidrs: ['10.1.0.0/16'] },
      silent: { kind: 'vpc', region: 'eu-west-1', cidrs: ['10.2.0.0/16'], dnsSupport: false },
      office: { kind: 'site', cidrs: ['192.168.0.0/16'] },
      several: {
        kind: 'vpc',
        region: 'eu-west-1',
        cidrs: ['10.3.0.0/16'],
        resolvers: ['authorities/dns', 'vpc-resolver', '10.9.9.9'],
      },
    },
    authorities: { dns: { network: 'office', addresses: ['192.168.0.53'] } },
  });
  assert.deepEqual(
    networks.map(({ resolvers }) => resolvers),
    [
      [{ kind: 'vpc-resolver' }],
      [],
      [],
      [
        { kind: 'authority', name: 'dns' },
        { kind: 'vpc-resolver' },
        { kind: 'address', address: '10.9.9.9' },
      ],
    ],
  );
});

test('names, CIDRs and addresses come out canonical, accounts as texts', () => {
  const topology = parsed(`
name: x
networks:
  v: { kind: vpc, region: eu-west-1, account: 012345678901, cidrs: [10.1.0.0/16, 'FD00:0::/48'], domainName: Cloud.Example }
zones: { Cloud.EXAMPLE: { kind: private, networks: [v], account: 123456789012 } }
`);
  const [network] = topology.networks;
  assert.ok(network?.kind === 'vpc');
  assert.deepEqual(
    [network.account, network.cidrs, network.domainName],
    ['012345678901', ['10.1.0.0/16', 'fd00::/48'], 'cloud.example.'],
  );
  const [zone] = topology.zones;
  assert.ok(zone?.kind === 'private');
  assert.deepEqual([zone.name, zone.account], ['cloud.example.', '123456789012']);
});

test('inline records are relative to their zone, have its default TTL, and may be of any type', () => {
  const { zones } = parsed(`
name: x
networks: { v: { kind: vpc, region: eu-west-1, cidrs: [10.1.0.0/16] } }
zones:
  cloud.example:
    kind: private
    networks: [v]
    records:
      '@': { MX: ['10 mail'], TXT: ['"v=spf1 -all"'] }
      www: { A: [10.1.1.20, 10.1.1.21], ttl: 60 }
      '*.apps': { CNAME: [www] }
      db.cloud.example.: { TYPE1: [10.1.1.22], SRV: ['0 0 5432 db'] }
`);
  assert.deepEqual(recordsOf(zones[0]!), [
    'cloud.example. 300 MX 10 mail.cloud.example.',
    'cloud.example. 300 TXT "v=spf1 -all"',
    'www.cloud.example. 60 A 10.1.1.20, 10.1.1.21',
    '*.apps.cloud.example. 300 CNAME www.cloud.example.',
    'db.cloud.example. 300 A 10.1.1.22',
    'db.cloud.example. 300 SRV 0 0 5432 db.cloud.example.',
  ]);
});

test('a zone named by a CIDR is the reverse zones that cover it, and its records go where they belong', () => {
  const { zones } = parsed(
    `
name: x
networks: { v: { kind: vpc, region: eu-west-1, cidrs: [10.1.0.0/16] } }
zones:
  172.16.0.0/12: { kind: private, networks: [v], records: reverse.zone }
  fd00::/8: { kind: private, networks: [v] }
  0/26.2.0.192.in-addr.arpa: { kind: private, networks: [v] }
`,
    { 'reverse.zone': '$TTL 60\n9.1.16 PTR a.example.\n8.1.31 PTR b.example.\n' },
  );
  assert.equal(zones.length, 18);
  assert.deepEqual(zones[0]?.name, '16.172.in-addr.arpa.');
  assert.deepEqual(recordsOf(zones[0]!), ['9.1.16.172.in-addr.arpa. 60 PTR a.example.']);
  assert.deepEqual(recordsOf(zones[1]!), []);
  assert.deepEqual(recordsOf(zones[15]!), ['8.1.31.172.in-addr.arpa. 60 PTR b.example.']);
  assert.equal(zones[16]?.name, 'd.f.ip6.arpa.');
  assert.equal(zones[17]?.name, '0/26.2.0.192.in-addr.arpa.');
});

test('a private zone may bring its own SOA and NS, and a name may be private, public and external at once', () => {
  const { zones } = parsed(
    `
name: x
networks:
  v: { kind: vpc, region: eu-west-1, cidrs: [10.1.0.0/16] }
  w: { kind: vpc, region: eu-west-1, cidrs: [10.2.0.0/16] }
  office: { kind: site, cidrs: [192.168.0.0/16] }
authorities: { dns: { network: office, addresses: [192.168.0.53] } }
zones:
  acme.example: { kind: private, networks: [v], records: acme.zone }
  ACME.example: { kind: private, networks: [w] }
  acme.example.: { kind: external, authority: dns }
  Acme.example: { kind: public, records: { www: { A: [192.0.2.80] } } }
`,
    { 'acme.zone': '@ 60 SOA ns host 1 2 3 4 5\n@ 60 NS ns\nns 60 A 10.1.1.1\n' },
  );
  assert.equal(new Set(zones.map(({ name }) => name)).size, 1);
  assert.deepEqual(
    zones[0]?.records.map(({ type }) => type),
    ['SOA', 'NS', 'A'],
  );
});

test('a topology is frozen, and knows where its parts stand', () => {
  const topology = parsed(acme, { './cloud.acme.example.zone': acmeZone });
  const isFrozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isFrozen));
  const { networks, links, authorities, forwarders, zones } = topology;
  assert.ok(Object.isFrozen(topology));
  for (const part of [networks, links, authorities, forwarders]) assert.ok(isFrozen(part));
  assert.ok(zones.every((zone) => Object.isFrozen(zone) && Object.isFrozen(zone.records)));
  assert.deepEqual(topology.locate(topology.networks[1]!.path), { line: 13, column: 3 });
  assert.deepEqual(topology.locate([...topology.forwarders[0]!.path, 'members', 1, 'address']), {
    line: 42,
    column: 40,
  });
});

test('an empty file, and a value that is no topology, say what is missing', () => {
  for (const text of ['', '# nothing\n', '~']) {
    const result = parseTopology({ path: 'x.yaml', text, format: 'yaml' }, () => undefined);
    assert.ok(!result.ok);
    assert.deepEqual(
      result.problems.map(({ code }) => code),
      ['empty'],
    );
  }
  for (const value of [undefined, null, 1, 'x', [], () => 1]) {
    assert.ok(!topologyFromValue(value, 'x.ts', () => undefined).ok);
  }
});

test('a problem in a program’s value has a path and no line', () => {
  const result = topologyFromValue(
    { name: 'x', networks: { a: { kind: 'site', cidrs: ['10.0.0.1/8'] } } },
    'x.ts',
    () => undefined,
  );
  assert.ok(!result.ok);
  assert.deepEqual(result.problems, [
    {
      code: 'bad-cidr',
      file: 'x.ts',
      path: 'networks.a.cidrs.0',
      value: '10.0.0.1/8',
      message: '"10.0.0.1/8" has bits set behind its prefix',
      remedy: 'write 10.0.0.0/8',
    },
  ]);
});

test('a zone file’s problem is shown by the path from where the topology is', () => {
  const text =
    'name: x\nnetworks: { v: { kind: vpc, region: eu-west-1, cidrs: [10.1.0.0/16] } }\nzones: { a.example: { kind: private, networks: [v], records: ./a.zone } }\n';
  const result = parseTopology(
    { path: 'examples/acme/hybrid.yaml', text, format: 'yaml' },
    () => 'www A nonsense\n',
  );
  assert.ok(!result.ok);
  assert.equal(result.problems[0]?.file, 'examples/acme/a.zone');
  assert.equal(result.problems[0]?.line, 1);
});

test('what `check` judges by is read, with its defaults: load, MTU, port 53, capacity, what may stay', () => {
  const result = topologyFromValue(
    {
      name: 'x',
      networks: {
        v: {
          kind: 'vpc',
          region: 'eu-west-1',
          cidrs: ['10.1.0.0/16'],
          subnets: { a: { cidr: '10.1.1.0/24' } },
          load: { queriesPerSecond: 500 },
        },
        w: { kind: 'site', cidrs: ['10.2.0.0/16'] },
      },
      links: [
        { kind: 'vpn', between: ['v', 'w'], mtu: 1400, port53: ['udp'] },
        { kind: 'direct-connect', between: ['v', 'w'] },
      ],
      forwarders: {
        main: {
          network: 'v',
          capacity: 9000,
          spares: 1,
          members: [{ name: 'a', subnet: 'a', address: '10.1.1.53' }],
        },
      },
      allow: [{ code: 'single-link', subject: 'links/v-w', reason: ' two lines ' }],
    },
    'x.ts',
    () => undefined,
  );
  assert.ok(result.ok, JSON.stringify(result));
  const { networks, links, forwarders, allow } = result.topology;
  assert.deepEqual(
    networks.map(({ load }) => load),
    [{ queriesPerSecond: 500, cacheHitRate: 0 }, undefined],
  );
  assert.deepEqual(
    links.map(({ mtu, port53 }) => [mtu, port53]),
    [
      [1400, ['udp']],
      [undefined, ['udp', 'tcp']],
    ],
  );
  assert.equal(forwarders[0]?.capacity, 9000);
  assert.equal(forwarders[0]?.spares, 1);
  assert.deepEqual(allow, [
    { path: ['allow', 0], code: 'single-link', subject: 'links/v-w', reason: 'two lines' },
  ]);
});
