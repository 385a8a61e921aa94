import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planTopology } from '../plan/index.ts';
import { type Topology, type TopologyInput, topologyFromValue } from '../topology/index.ts';
import {
  buildModel,
  dispositionOf,
  formatFailure,
  impactsOf,
  nameLinks,
  parseFailure,
  traceName,
  walk,
} from './index.ts';

const SPOKE = { kind: 'vpc', region: 'eu-west-1', resolvers: 'forwarders/main' } as const;

/** A hub with a tier of two, a peered VPC, one that is peered with that, two sites of which the second is behind the first. */
const base = {
  name: 'small',
  networks: {
    hub: {
      ...SPOKE,
      cidrs: ['10.1.0.0/16'],
      subnets: {
        a: { cidr: '10.1.1.0/24', availabilityZone: 'eu-west-1a' },
        b: { cidr: '10.1.2.0/24', availabilityZone: 'eu-west-1b' },
      },
    },
    near: { ...SPOKE, cidrs: ['10.2.0.0/16'] },
    far: { ...SPOKE, cidrs: ['10.3.0.0/16'] },
    office: { kind: 'site', cidrs: ['192.168.0.0/20'], resolvers: 'authorities/dns' },
    branch: { kind: 'site', cidrs: ['192.168.16.0/20'], resolvers: 'forwarders/main' },
  },
  links: [
    { kind: 'peering', between: ['hub', 'near'] },
    { kind: 'peering', between: ['near', 'far'] },
    { kind: 'vpn', between: ['hub', 'office'] },
    { kind: 'vpn', between: ['office', 'branch'] },
  ],
  authorities: { dns: { network: 'office', addresses: ['192.168.0.53'], forwards: 'forwarders/main' } },
  zones: {
    'cloud.example': {
      kind: 'private',
      networks: ['hub'],
      records: { www: { A: ['10.1.4.80'] }, round: { CNAME: ['about'] }, about: { CNAME: ['round'] } },
    },
    'corp.example': {
      kind: 'external',
      authority: 'dns',
      records: {
        db: { A: ['192.168.4.20'] },
        '*.lab': { A: ['192.168.4.99'] },
        sub: { NS: ['ns.example.'] },
      },
    },
    'empty.example': { kind: 'private', networks: ['hub'] },
  },
  forwarders: {
    main: {
      network: 'hub',
      members: [
        { name: 'a', subnet: 'a', address: '10.1.1.53' },
        { name: 'b', subnet: 'b', address: '10.1.2.53' },
      ],
    },
  },
} satisfies TopologyInput;

describe('a trace', () => {
  test('over a peering of a peering there is no route, and it says why', () => {
    const trace = traceOf(base, 'far', 'www.cloud.example.');
    assert.equal(trace.disposition, 'NO_ROUTE');
    assert.match(trace.because!, /both have one with near, but a VPC carries no packets between its links/);
  });

  test('whether a site carries packets between its links is not said, so it is undecided', () => {
    const trace = traceOf(base, 'branch', 'www.cloud.example.');
    assert.equal(trace.disposition, 'UNDECIDED');
    assert.match(trace.because!, /does not say whether office carries packets between its links/);
  });

  test('a link that lets no DNS over UDP through is no route', () => {
    const links = base.links.map((link) =>
      link.between.includes('near') ? { ...link, port53: ['tcp' as const] } : link,
    );
    const trace = traceOf({ ...base, links: links as never }, 'near', 'www.cloud.example.');
    assert.equal(trace.disposition, 'NO_ROUTE');
    assert.match(trace.because!, /does not let DNS over UDP through/);
  });

  test('a VPC resolver answers nobody outside its VPC', () => {
    const networks = { ...base.networks, near: { ...base.networks.near, resolvers: '10.1.0.2' } };
    assert.equal(traceOf({ ...base, networks }, 'near', 'www.cloud.example.').disposition, 'REFUSED_BY');
  });

  test('a name without the type is an answer without records; a name that is not there is NXDOMAIN', () => {
    const { disposition, answers, rcode } = traceOf(base, 'near', 'www.cloud.example.', 'MX');
    assert.deepEqual([disposition, answers, rcode], ['ANSWERED', [], 'NOERROR']);
    assert.equal(traceOf(base, 'near', 'none.cloud.example.').disposition, 'NXDOMAIN_BY');
    assert.equal(traceOf(base, 'near', 'any.lab.corp.example.').answers![0]!.data, '192.168.4.99');
  });

  test('what the topology does not say is undecided: records, delegations, addresses where nothing stands', () => {
    assert.match(traceOf(base, 'near', 'x.empty.example.').because!, /does not state the records of empty/);
    assert.match(traceOf(base, 'near', 'x.sub.corp.example.').because!, /delegates sub\.corp\.example/);
    for (const address of ['192.168.5.5', '10.99.0.1']) {
      const networks = { ...base.networks, near: { ...base.networks.near, resolvers: address } };
      const links = [...base.links, { kind: 'vpn', between: ['near', 'office'] }] as TopologyInput['links'];
      assert.equal(
        traceOf({ ...base, networks, links: links! }, 'near', 'a.example.').disposition,
        'UNDECIDED',
      );
    }
  });

  test('aliases in a circle are a loop', () => {
    assert.equal(traceOf(base, 'near', 'round.cloud.example.').disposition, 'LOOP');
  });

  test('two tiers that ask each other are a loop, and it ends', () => {
    const trace = traceOf(inCircles(2, 1), 'hub', 'x.round.example.');
    assert.equal(trace.disposition, 'LOOP');
    assert.ok(trace.hops.length < 10);
  });

  test('twelve tiers that all ask all others end, decided or not', () => {
    const trace = traceOf(inCircles(12, 11), 'hub', 'x.round.example.');
    assert.ok(['LOOP', 'UNDECIDED'].includes(trace.disposition));
    const { model } = modelOf(inCircles(12, 11));
    assert.ok(impactsOf(walk(model)).length > 0);
  });

  test('a chain of a thousand aliases from zone to zone ends', () => {
    const records = Object.fromEntries(
      Array.from({ length: 1000 }, (_, index) => [
        `n${index}`,
        { CNAME: [`n${index + 1}.${index % 2 ? 'cloud' : 'corp'}.example.`] },
      ]),
    );
    const zones = {
      'cloud.example': { ...base.zones['cloud.example'], records },
      'corp.example': { ...base.zones['corp.example'], records },
    };
    assert.equal(
      traceOf({ ...base, zones } as TopologyInput, 'near', 'n0.cloud.example.').disposition,
      'LOOP',
    );
  });

  test('the reverse names of private addresses do not leave for public DNS from a VPC resolver', () => {
    const other = traceOf(base, 'hub', '1.5.16.172.in-addr.arpa.', 'PTR');
    assert.deepEqual([other.disposition, other.zone], ['NXDOMAIN_BY', '16.172.in-addr.arpa.']);
    const apex = (type: string) => traceOf(base, 'hub', '16.172.in-addr.arpa.', type);
    assert.deepEqual([apex('A').rcode, apex('A').answers], ['NOERROR', []]);
    assert.deepEqual([apex('SOA').rcode, apex('SOA').answers], ['NOERROR', undefined]);
    assert.equal(traceOf(base, 'hub', '9.9.1.10.in-addr.arpa.', 'PTR').disposition, 'UNDECIDED');
  });

  test('where the autodefined reverse rules are off, they do', () => {
    const hub = { ...base.networks.hub, autodefinedReverse: false };
    const input = { ...base, networks: { ...base.networks, hub } } as TopologyInput;
    assert.equal(traceOf(input, 'hub', '9.9.1.10.in-addr.arpa.', 'PTR').disposition, 'PUBLIC');
  });

  test('names that AWS gives to instances do not leave a VPC resolver either, and a public zone stands in for them', () => {
    const name = 'ip-10-1-1-5.eu-west-1.compute.internal.';
    for (const each of [name, 'ec2-192-0-2-1.eu-west-1.compute.amazonaws.com.', 'localhost.'])
      assert.equal(traceOf(base, 'hub', each).disposition, 'UNDECIDED', each);
    assert.equal(traceOf(base, 'hub', 'ip-10-1-1-5.ec2.internal.').disposition, 'PUBLIC');
    const records = { 'ip-10-1-1-5': { A: ['10.1.1.5'] } };
    const zones = { ...base.zones, 'eu-west-1.compute.internal': { kind: 'public', records } };
    const trace = traceOf({ ...base, zones } as TopologyInput, 'hub', name);
    assert.deepEqual([trace.disposition, trace.answers?.[0]?.data], ['PUBLIC', '10.1.1.5']);
    const virginia = { ...base.networks.hub, region: 'us-east-1', subnets: {} };
    const alone = { name: 'small', networks: { hub: { ...virginia, resolvers: 'vpc-resolver' } } };
    assert.equal(traceOf(alone as TopologyInput, 'hub', 'a.ec2.internal.').disposition, 'UNDECIDED');
  });
});

describe('single failures', () => {
  test('of two links that join the same networks, both have to fail', () => {
    const links = [...base.links, { kind: 'transit-gateway', between: ['hub', 'near'] }] as const;
    const { model } = modelOf({ ...base, links } as unknown as TopologyInput);
    const question = { from: 'near', name: 'www.cloud.example.', type: 'A' };
    const [first, second] = ['hub-near', 'hub-near-transit-gateway'].map((name) => ({
      kind: 'link' as const,
      name,
    }));
    assert.equal(traceName(model, { ...question, without: [first!] }).disposition, 'ANSWERED');
    const trace = traceName(model, { ...question, without: [first!, second!] });
    assert.equal(trace.because, 'all links to hub have failed');
  });

  test('take away what hangs on them alone, from whom it hangs there', () => {
    const { model } = modelOf(base);
    const found = impactsOf(walk(model)).map(({ failure, losses }) => [
      formatFailure(failure),
      losses.flatMap(({ networks }) => networks).sort(),
    ]);
    assert.deepEqual(found, [
      ['link:hub-near', ['near']],
      ['link:hub-office', ['hub', 'near', 'office']],
      ['upstream:192.168.0.53', ['hub', 'near', 'office']],
      ['upstream:10.1.0.2', ['hub', 'near', 'office']],
    ]);
  });

  test('an availability zone that holds a whole tier takes everything', () => {
    const members = base.forwarders.main.members.map((member, index) => ({
      ...member,
      subnet: 'a',
      address: `10.1.1.${53 + index}`,
    }));
    const { model } = modelOf({ ...base, forwarders: { main: { network: 'hub', members } } });
    const [first] = impactsOf(walk(model));
    assert.equal(formatFailure(first!.failure), 'az:eu-west-1a');
    const without = [first!.failure];
    assert.equal(dispositionOf(model, 'near', 'www.cloud.example.', without).disposition, 'NO_ROUTE');
  });
});

describe('names of links and failures', () => {
  test('links are named by their networks, and by their kind where there are several', () => {
    const { topology } = modelOf({
      ...base,
      links: [
        { kind: 'vpn', between: ['hub', 'office'] },
        { kind: 'direct-connect', between: ['hub', 'office'] },
        { kind: 'direct-connect', between: ['hub', 'office'] },
        { kind: 'transit-gateway', between: ['hub', 'near', 'far', 'office', 'branch'] },
      ],
    });
    assert.deepEqual(nameLinks(topology.links), [
      'hub-office',
      'hub-office-direct-connect',
      'hub-office-direct-connect-2',
      'hub-near-far-and-2-more',
    ]);
  });

  test('a failure that names nothing of the topology is told with what is near', () => {
    const { topology } = modelOf(base);
    for (const text of ['az:eu-west-1a', 'member:main/b', 'link:office-hub', 'upstream:192.0.2.1'])
      assert.equal(parseFailure(text, topology).ok, true, text);
    for (const text of ['az:eu-west-1c', 'member:main', 'link:hub-far', 'upstream:x', 'main/a', ''])
      assert.equal(parseFailure(text, topology).ok, false, text);
  });
});

/** Tiers in the hub, each with a rule for one suffix that asks the next ones. */
function inCircles(tiers: number, asked: number): TopologyInput {
  const name = (index: number) => (index % tiers === 0 ? 'main' : `t${index % tiers}`);
  const forwarders = Object.fromEntries(
    Array.from({ length: tiers }, (_, index) => [
      name(index),
      {
        network: 'hub',
        members: [{ name: 'a', subnet: 'a', address: `10.1.1.${60 + index}` }],
        rules: [
          {
            suffix: 'round.example',
            upstreams: Array.from({ length: asked }, (_, step) => `forwarders/${name(index + 1 + step)}`),
          },
        ],
      },
    ]),
  );
  return { ...base, forwarders };
}

function modelOf(input: TopologyInput): { topology: Topology; model: ReturnType<typeof buildModel> } {
  const result = topologyFromValue(input, 'small.ts', () => undefined);
  assert.ok(result.ok, JSON.stringify(result));
  const { topology } = result;
  return { topology, model: buildModel(topology, planTopology(topology)) };
}

function traceOf(input: TopologyInput, from: string, name: string, type = 'A') {
  return traceName(modelOf(input).model, { from, name, type });
}
