import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseServiceInterface, subnetOf } from './index.ts';

const smallest = {
  mac: '02:1A:2B:3C:4D:5E',
  addresses: [{ address: '10.10.1.53/24', gateway: '10.10.1.1' }],
};

const problemsOf = (value: object): string[] => {
  const result = parseServiceInterface({ interface: { ...smallest, ...value } });
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`);
};

test('addresses and the MAC address come out canonical, and table and priority have defaults', () => {
  const ipv6 = { address: 'FD00:10:10:1:0::53/64', gateway: 'fe80::1' };
  const result = parseServiceInterface({
    interface: { ...smallest, addresses: [...smallest.addresses, ipv6] },
  });
  assert.ok(result.ok);
  assert.deepEqual(result.desired, {
    mac: '02:1a:2b:3c:4d:5e',
    addresses: [
      { address: '10.10.1.53', prefixLength: 24, gateway: '10.10.1.1' },
      { address: 'fd00:10:10:1::53', prefixLength: 64, gateway: 'fe80::1' },
    ],
    table: 530,
    priority: 530,
  });
  assert.deepEqual(result.desired.addresses.map(subnetOf), ['10.10.1.0/24', 'fd00:10:10:1::/64']);
});

test('each mistake is told with its place and what would be right', () => {
  const [address] = smallest.addresses;
  const cases: [object, RegExp][] = [
    [{ mac: '02:1a' }, /^interface\.mac: "02:1a" is not allowed; write a MAC address/],
    [{ addresses: [] }, /^interface\.addresses: .*; name at least one/],
    [{ addresses: [address, address] }, /^interface\.addresses: .*; name each address once/],
    [
      { addresses: [{ ...address, address: '10.10.1.53' }] },
      /^interface\.addresses\.0\.address: .*10\.10\.1\.53\/24/,
    ],
    [
      { addresses: [{ ...address, gateway: '10.10.2.1' }] },
      /gateway: 10\.10\.2\.1 is outside of 10\.10\.1\.0\/24/,
    ],
    [{ addresses: [{ ...address, gateway: 'fe80::1' }] }, /gateway: fe80::1 is of another family/],
    [
      { addresses: [{ ...address, gateway: '10.10.1.53' }] },
      /gateway: 10\.10\.1\.53 is the fixed address itself/,
    ],
    [{ addresses: [address, { address: '10.10.1.54/24', gateway: '10.10.1.2' }] }, /one gateway/],
    [{ table: 254 }, /^interface\.table: .*; leave 253 to 255 to the kernel/],
    [{ priority: 40_000 }, /^interface\.priority: .*; write a number from 1 to 32765/],
    [{ tabel: 5 }, /^interface\.tabel: is not a known key/],
  ];
  for (const [value, expected] of cases) assert.match(problemsOf(value).join('\n'), expected);
});

test('whatever the file holds, it is a list of problems and never an exception', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const result = parseServiceInterface({ interface: value });
      assert.ok(result.ok || result.problems.length > 0);
    }),
  );
});
