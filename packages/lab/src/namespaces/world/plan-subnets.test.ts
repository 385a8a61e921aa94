import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addressAt,
  cidrContains,
  cidrsOverlap,
  formatAddress,
  parseAddress,
  parseCidr,
} from '@pointsman/core/address';
import { isReserved, topologyFromValue, type Vpc } from '@pointsman/core/topology';
import fc from 'fast-check';
import { planSubnets } from './plan-subnets.ts';

type Subnets = Record<string, { cidr: string; availabilityZone?: string }>;

function vpcOf(cidrs: string[], subnets: Subnets): Vpc {
  const networks = { one: { kind: 'vpc' as const, region: 'eu-west-1', cidrs, subnets } };
  const result = topologyFromValue({ name: 'test', networks }, 'test.ts', () => undefined);
  assert.ok(result.ok, JSON.stringify(result));
  return result.topology.networks[0] as Vpc;
}

test('a VPC without subnets gets one around the address of its client', () => {
  const { subnets, client } = planSubnets(vpcOf(['10.20.0.0/16'], {}), '10.20.0.10', new Set());
  assert.deepEqual(subnets, [
    { name: 'clients', cidr: '10.20.0.0/24', ipv6Cidr: undefined, availabilityZone: 'eu-west-1a' },
  ]);
  assert.deepEqual(client, {
    subnet: 'clients',
    availabilityZone: 'eu-west-1a',
    addresses: ['10.20.0.10'],
  });
});

test('a client’s subnet is narrower where a named one is near', () => {
  const vpc = vpcOf(['10.20.0.0/16'], { a: { cidr: '10.20.0.64/26' } });
  const { subnets } = planSubnets(vpc, '10.20.0.10', new Set());
  assert.deepEqual(
    subnets.map(({ name, cidr }) => [name, cidr]),
    [
      ['a', '10.20.0.64/26'],
      ['clients', '10.20.0.0/26'],
    ],
  );
});

test('where no subnet can be made around its address, the client has a free one of the first subnet', () => {
  const vpc = vpcOf(['10.20.0.0/24'], { a: { cidr: '10.20.0.0/25' } });
  const { subnets, client } = planSubnets(vpc, '10.20.0.128', new Set(['10.20.0.10']));
  assert.equal(subnets.length, 1);
  assert.deepEqual(client, { subnet: 'a', availabilityZone: 'eu-west-1a', addresses: ['10.20.0.11'] });
});

test('with an IPv6 CIDR every subnet has a /64 of it, and the client an address of each family', () => {
  const vpc = vpcOf(['10.20.0.0/16', '2001:db8:20::/56'], {
    a: { cidr: '10.20.1.0/24' },
    six: { cidr: '2001:db8:20::/64', availabilityZone: 'eu-west-1c' },
  });
  const { subnets, client } = planSubnets(vpc, '10.20.0.10', new Set());
  assert.deepEqual(subnets, [
    { name: 'a', cidr: '10.20.1.0/24', ipv6Cidr: '2001:db8:20:1::/64', availabilityZone: 'eu-west-1a' },
    { name: 'six', cidr: '10.20.2.0/24', ipv6Cidr: '2001:db8:20::/64', availabilityZone: 'eu-west-1c' },
    { name: 'clients', cidr: '10.20.0.0/24', ipv6Cidr: '2001:db8:20:2::/64', availabilityZone: 'eu-west-1c' },
  ]);
  assert.deepEqual(client.addresses, ['10.20.0.10', '2001:db8:20:2::a']);
});

test('whatever a VPC looks like: subnets lie in it, none overlaps another, and its client has a free address of one', () => {
  const vpcs = fc
    .record({
      prefix: fc.integer({ min: 16, max: 24 }),
      named: fc.array(fc.record({ prefix: fc.integer({ min: 20, max: 28 }), at: fc.nat(4095) }), {
        maxLength: 6,
      }),
      host: fc.nat(65_535),
      ipv6: fc.boolean(),
    })
    .map(({ prefix, named, host, ipv6 }) => {
      const range = parseCidr(`10.20.0.0/${prefix}`)!;
      const subnets: Subnets = {};
      for (const [index, each] of named.entries()) {
        const size = Math.max(each.prefix, prefix);
        const base = addressAt(range.bytes, (each.at * 16) & ~(2 ** (32 - size) - 1))!;
        const cidr = `${formatAddress(base)}/${size}`;
        const isApart = Object.values(subnets).every(
          (one) => !cidrsOverlap(parseCidr(one.cidr)!, parseCidr(cidr)!),
        );
        if (cidrContains(range, base) && isApart) subnets[`s${index}`] = { cidr };
      }
      const address = formatAddress(addressAt(range.bytes, host % 2 ** (32 - prefix))!);
      return { cidrs: [`10.20.0.0/${prefix}`, ...(ipv6 ? ['2001:db8::/56'] : [])], subnets, address };
    });
  fc.assert(
    fc.property(vpcs, ({ cidrs, subnets: named, address }) => {
      const ranges = cidrs.map((cidr) => parseCidr(cidr)!);
      const { subnets, client } = planSubnets(vpcOf(cidrs, named), address, new Set());
      const blocks = subnets
        .flatMap(({ cidr, ipv6Cidr }) => [cidr, ...(ipv6Cidr ? [ipv6Cidr] : [])])
        .map((each) => parseCidr(each)!);
      for (const [index, block] of blocks.entries()) {
        assert.ok(ranges.some((range) => cidrContains(range, block.bytes)));
        for (const other of blocks.slice(index + 1)) assert.ok(!cidrsOverlap(block, other));
      }
      const home = subnets.find(({ name }) => name === client.subnet)!;
      assert.ok(cidrContains(parseCidr(home.cidr)!, parseAddress(client.addresses[0]!)!));
      if (client.addresses[0] !== address)
        assert.ok(!isReserved(parseCidr(home.cidr)!, client.addresses[0]!));
    }),
  );
});
