import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cidrContains, parseAddress, parseCidr } from '@pointsman/core/address';
import { type Plan, planTopology } from '@pointsman/core/plan';
import { type Topology, type TopologyInput, topologyFromValue } from '@pointsman/core/topology';
import fc from 'fast-check';
import { type AddressMap, mapAddresses } from './address-map.ts';

const region = 'eu-west-1';

test('an address keeps its last three bytes', () => {
  const { map } = read({
    name: 'plain',
    networks: {
      hub: { kind: 'vpc', region, cidrs: ['10.10.0.0/16'] },
      office: { kind: 'site', cidrs: ['192.168.0.0/16'], resolvers: '10.10.0.2' },
    },
  });
  assert.equal(map.ofAddress('10.10.0.2', 'hub'), '127.10.0.2');
  assert.equal(map.ofAddress('10.10.0.2', 'office'), '127.10.0.2');
  assert.equal(map.ofAddress('192.168.0.10', 'office'), '127.168.0.10');
  assert.deepEqual(map.ofCidr('192.168.0.0/16'), ['127.168.0.0/16']);
  assert.deepEqual(map.moves, []);
});

test('where two ranges would meet, the later one moves, keeps last bytes where it can, and is shown', () => {
  const { map } = read({
    name: 'meeting',
    networks: {
      one: { kind: 'vpc', region, cidrs: ['10.168.0.0/16'] },
      two: { kind: 'site', cidrs: ['192.168.0.0/16'] },
    },
    authorities: { dns: { network: 'two', addresses: ['192.168.1.53', '192.168.2.53'] } },
  });
  assert.deepEqual(map.moves, [
    {
      network: 'two',
      cidr: '192.168.0.0/16',
      loopback: '127.255.254.0/24',
      because: '10.168.0.0/16 of one has that place',
    },
  ]);
  assert.equal(map.ofAddress('192.168.1.53', 'two'), '127.255.254.53');
  assert.equal(map.ofAddress('192.168.2.53', 'one'), '127.255.254.54');
  assert.equal(map.ofAddress('10.168.0.2', 'one'), '127.168.0.2');
});

test('a narrow range keeps its form before a wide one', () => {
  const { map } = read({
    name: 'nested',
    networks: {
      wide: { kind: 'site', cidrs: ['10.0.0.0/12'] },
      narrow: { kind: 'vpc', region, cidrs: ['10.4.0.0/20'] },
      widest: { kind: 'site', cidrs: ['11.0.0.0/8'] },
    },
  });
  assert.deepEqual(
    map.moves.map(({ network }) => network),
    ['wide', 'widest'],
  );
});

test('two networks with the same range stay apart, and an address means the one that is near', () => {
  const { map } = read({
    name: 'twins',
    networks: {
      first: vpc('10.0.0.0/16'),
      second: vpc('10.0.0.0/16'),
      beside: { kind: 'site', cidrs: ['172.16.0.0/24'], resolvers: '10.0.0.2' },
    },
    links: [{ kind: 'vpn', between: ['second', 'beside'] }],
  });
  const [first, second] = ['first', 'second'].map((from) => map.ofAddress('10.0.0.2', from));
  assert.notEqual(first, second);
  assert.equal(map.ofAddress('10.0.0.2', 'beside'), second);
  assert.equal(map.ofCidr('10.0.0.0/16').length, 2);
});

test('IPv6 ranges and addresses of no network get IPv4 loopback addresses', () => {
  const { map } = read({
    name: 'six',
    networks: {
      site: { kind: 'site', cidrs: ['fd00::/64'], resolvers: ['fd00::53', '2001:db8::1', '9.9.9.9'] },
    },
  });
  assert.equal(map.ofAddress('fd00::53', 'site'), '127.255.254.83');
  assert.deepEqual(
    map.outside.map(({ address }) => address),
    ['2001:db8::1', '9.9.9.9'],
  );
  assert.match(map.ofAddress('9.9.9.9', 'site'), /^127\./);
});

test('every address that a plan speaks of has a loopback address of its own, inside its network’s ranges, whatever the ranges', () => {
  const range = fc
    .record({
      base: fc.constantFrom('10', '172', '192', '11'),
      second: fc.nat(3),
      prefix: fc.integer({ min: 16, max: 28 }),
    })
    .map(({ base, second, prefix }) => `${base}.${second}.0.0/${prefix}`);
  fc.assert(
    fc.property(fc.array(range, { minLength: 1, maxLength: 40 }), (ranges) => {
      const networks = Object.fromEntries(ranges.map((cidr, index) => [`n${index}`, vpc(cidr)]));
      const { map, plan } = read({ name: 'any', networks });
      const places = [...plan.resolvers, ...plan.clients];
      const loopbacks = places.map(({ network, address }) => map.ofAddress(address, network));
      assert.equal(new Set(loopbacks).size, places.length);
      for (const [index, { network }] of places.entries()) {
        const blocks = map.ofCidr(ranges[Number(network.slice(1))]!);
        assert.ok(blocks.some((block) => cidrContains(parseCidr(block)!, parseAddress(loopbacks[index]!)!)));
      }
    }),
  );
});

test('a thousand networks fit, even when all of them have the same range', () => {
  const networks = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index) => [`n${index}`, vpc('10.0.0.0/16')]),
  );
  const { map, plan } = read({ name: 'many', networks });
  const resolvers = plan.resolvers.map(({ network, address }) => map.ofAddress(address, network));
  assert.equal(new Set(resolvers).size, 1000);
  assert.equal(map.moves.length, 999);
});

function vpc(cidr: string): TopologyInput['networks'][string] {
  return { kind: 'vpc', region, cidrs: [cidr] };
}

function read(input: TopologyInput): { topology: Topology; plan: Plan; map: AddressMap } {
  const result = topologyFromValue(input, 'test.ts', () => undefined);
  assert.ok(result.ok, JSON.stringify(result));
  const plan = planTopology(result.topology);
  return { topology: result.topology, plan, map: mapAddresses(result.topology, plan) };
}
