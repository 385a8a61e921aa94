import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addressAt,
  type Cidr,
  cidrContains,
  cidrsOverlap,
  compareCidrs,
  formatAddress,
  formatCidr,
  formatEndpoint,
  lastAddress,
  maskCidr,
  parseAddress,
  parseCidr,
  parseEndpoint,
} from './index.ts';

const addressBytes = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
);
const cidr: fc.Arbitrary<Cidr> = addressBytes.chain((bytes) =>
  fc
    .integer({ min: 0, max: bytes.length * 8 })
    .map((prefix) => maskCidr(`${formatAddress(bytes)}/${prefix}`)!),
);

/** The slow, obvious model: an address as a number. */
const asNumber = (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
const sizeOf = ({ bytes, prefix }: Cidr) => 2n ** BigInt(bytes.length * 8 - prefix);

test('an address survives being written and read', () => {
  fc.assert(
    fc.property(addressBytes, (bytes) => assert.deepEqual(parseAddress(formatAddress(bytes)), bytes)),
  );
});

test('what is not exactly an address is none', () => {
  for (const text of [
    '',
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '0x0a.0.0.1',
    '1',
    'fe80::1%eth0',
    'fd00:::1',
    ' 10.0.0.1',
  ]) {
    assert.equal(parseAddress(text), undefined, text);
  }
});

test('IPv6 is written as RFC 5952 has it', () => {
  assert.equal(formatAddress(parseAddress('FD00:0:0:0:0:0:0:0001')!), 'fd00::1');
  assert.equal(formatCidr(parseCidr('2001:DB8::/32')!), '2001:db8::/32');
});

test('a CIDR with bits behind its prefix is refused, and masked when asked', () => {
  assert.equal(parseCidr('10.20.1.0/16'), undefined);
  assert.equal(formatCidr(maskCidr('10.20.1.7/16')!), '10.20.0.0/16');
  for (const text of ['10.0.0.0', '10.0.0.0/', '10.0.0.0/33', 'fd00::/129', '10.0.0.0/8/8', '10.0.0.0/-1']) {
    assert.equal(parseCidr(text), undefined, text);
    assert.equal(maskCidr(text), undefined, text);
  }
});

test('a CIDR contains the addresses from its base to its last, and no others of its family', () => {
  fc.assert(
    fc.property(cidr, addressBytes, (range, bytes) => {
      const inside =
        range.bytes.length === bytes.length &&
        asNumber(bytes) >= asNumber(range.bytes) &&
        asNumber(bytes) < asNumber(range.bytes) + sizeOf(range);
      assert.equal(cidrContains(range, bytes), inside);
      assert.ok(cidrContains(range, range.bytes));
      assert.equal(asNumber(lastAddress(range)), asNumber(range.bytes) + sizeOf(range) - 1n);
    }),
  );
});

test('two CIDRs overlap where one holds the base of the other', () => {
  fc.assert(
    fc.property(cidr, cidr, (a, b) => {
      assert.equal(cidrsOverlap(a, b), cidrContains(a, b.bytes) || cidrContains(b, a.bytes));
      assert.equal(cidrsOverlap(a, b), cidrsOverlap(b, a));
    }),
  );
});

test('CIDRs are ordered by family, base and width', () => {
  const sorted = ['fd00::/8', '10.1.0.0/16', '9.0.0.0/8', '10.0.0.0/16', '10.0.0.0/8']
    .map((text) => parseCidr(text)!)
    .sort(compareCidrs);
  assert.deepEqual(sorted.map(formatCidr), [
    '9.0.0.0/8',
    '10.0.0.0/8',
    '10.0.0.0/16',
    '10.1.0.0/16',
    'fd00::/8',
  ]);
});

test('counting on from an address carries, and ends at the end of the address space', () => {
  fc.assert(
    fc.property(addressBytes, fc.integer({ min: 0, max: 2 ** 32 }), (bytes, offset) => {
      const sum = asNumber(bytes) + BigInt(offset);
      const found = addressAt(bytes, offset);
      assert.equal(found && asNumber(found), sum < 2n ** BigInt(bytes.length * 8) ? sum : undefined);
    }),
  );
});

test('an endpoint is an address, alone or with a port', () => {
  assert.deepEqual(parseEndpoint('10.0.0.1'), { address: '10.0.0.1', port: undefined });
  assert.deepEqual(parseEndpoint('10.0.0.1:53'), { address: '10.0.0.1', port: 53 });
  assert.deepEqual(parseEndpoint('fd00::1'), { address: 'fd00::1', port: undefined });
  assert.deepEqual(parseEndpoint('[FD00::1]:53'), { address: 'fd00::1', port: 53 });
  for (const text of ['', ':53', '10.0.0.1:', '10.0.0.1:0', '10.0.0.1:65536', '[fd00::1', 'ns.example:53']) {
    assert.equal(parseEndpoint(text), undefined, text);
  }
});

test('an endpoint survives being written and read', () => {
  fc.assert(
    fc.property(addressBytes, fc.integer({ min: 1, max: 65535 }), (bytes, port) => {
      const address = formatAddress(bytes);
      assert.deepEqual(parseEndpoint(formatEndpoint(address, port)), { address, port });
    }),
  );
});
