import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isAtOrBelow, labelsOf } from '../dns/name.ts';
import {
  addressAt,
  cidrContains,
  formatAddress,
  maskCidr,
  parseAddress,
  parseCidr,
  reverseName,
  reverseZonesOf,
} from './index.ts';

const zonesOf = (text: string) => reverseZonesOf(parseCidr(text)!);

test('an address has its reverse name (RFC 1035 §3.5, RFC 3596 §2.5)', () => {
  assert.equal(reverseName(parseAddress('10.1.2.3')!), '3.2.1.10.in-addr.arpa.');
  assert.equal(
    reverseName(parseAddress('4321:0:1:2:3:4:567:89ab')!),
    'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa.',
  );
});

test('a CIDR on a label boundary is one reverse zone', () => {
  assert.deepEqual(zonesOf('10.0.0.0/8'), ['10.in-addr.arpa.']);
  assert.deepEqual(zonesOf('192.168.0.0/16'), ['168.192.in-addr.arpa.']);
  assert.deepEqual(zonesOf('192.0.2.0/24'), ['2.0.192.in-addr.arpa.']);
  assert.deepEqual(zonesOf('2001:db8::/32'), ['8.b.d.0.1.0.0.2.ip6.arpa.']);
  assert.deepEqual(zonesOf('0.0.0.0/0'), ['in-addr.arpa.']);
  assert.deepEqual(zonesOf('::/0'), ['ip6.arpa.']);
});

test('a CIDR between two boundaries is all the zones below it', () => {
  const zones = zonesOf('172.16.0.0/12');
  assert.equal(zones.length, 16);
  assert.deepEqual([zones[0], zones[15]], ['16.172.in-addr.arpa.', '31.172.in-addr.arpa.']);
  assert.deepEqual(zonesOf('fc00::/7'), ['c.f.ip6.arpa.', 'd.f.ip6.arpa.']);
});

test('a CIDR inside one /24 is covered by the zone of that /24 (RFC 2317 zones go by their own names)', () => {
  assert.deepEqual(zonesOf('192.0.2.64/26'), ['2.0.192.in-addr.arpa.']);
  assert.deepEqual(zonesOf('192.0.2.1/32'), ['2.0.192.in-addr.arpa.']);
});

test('every address of a CIDR has its reverse name in exactly one of its reverse zones', () => {
  const range = fc.oneof(
    fc.tuple(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.integer({ min: 0, max: 32 })),
    fc.tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.integer({ min: 0, max: 128 })),
  );
  fc.assert(
    fc.property(
      range,
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      ([bytes, prefix], share) => {
        const cidr = maskCidr(`${formatAddress(bytes)}/${prefix}`)!;
        const zones = reverseZonesOf(cidr);
        assert.equal(new Set(zones).size, zones.length);
        assert.equal(new Set(zones.map((zone) => labelsOf(zone).length)).size, 1);
        const address = addressAt(
          cidr.bytes,
          Math.floor(share * 2 ** Math.min(52, bytes.length * 8 - prefix)),
        )!;
        assert.ok(cidrContains(cidr, address));
        assert.equal(zones.filter((zone) => isAtOrBelow(reverseName(address), zone)).length, 1);
      },
    ),
  );
});
