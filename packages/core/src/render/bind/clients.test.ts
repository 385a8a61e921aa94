import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cidrContains, formatAddress, formatCidr, parseAddress, parseCidr } from '../../address/index.ts';
import { disjointClients } from './clients.ts';

/** CIDRs of a small part of the address space, so that they nest and meet. */
const cidr = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 22, max: 32 }), fc.boolean())
  .map(([byte, prefix, v6]) => {
    const bytes = v6
      ? Uint8Array.from([0xfd, ...Array.from({ length: 14 }, () => 0), byte])
      : Uint8Array.of(10, 0, byte & 3, byte);
    const length = v6 ? prefix + 96 : prefix;
    const masked = bytes.map(
      (each, index) => each & (0xff00 >> Math.min(8, Math.max(0, length - index * 8))),
    );
    return formatCidr({ bytes: masked, prefix: length });
  });
const address = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 }))
    .map(([a, b]) => `10.0.${a}.${b}`),
  fc
    .integer({ min: 0, max: 255 })
    .map((byte) => formatAddress(Uint8Array.from([0xfd, ...Array.from({ length: 14 }, () => 0), byte]))),
);

/** BIND's rule: the first element that matches decides, and a `!` in front of it says no. */
function matches(list: readonly string[], client: string): boolean {
  const first = list.find((element) =>
    cidrContains(parseCidr(element.replace('!', ''))!, parseAddress(client)!),
  );
  return first !== undefined && !first.startsWith('!');
}

test('a client matches the list of the scope that has the most specific CIDR around it, and no other', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cidr, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      address,
      (scopes, client) => {
        const around = scopes
          .flatMap((cidrs, scope) => cidrs.map((text) => ({ scope, cidr: parseCidr(text)! })))
          .filter((each) => cidrContains(each.cidr, parseAddress(client)!))
          .sort((a, b) => b.cidr.prefix - a.cidr.prefix || b.scope - a.scope);
        const expected = scopes.map((_, scope) => scope === around[0]?.scope);
        assert.deepEqual(
          disjointClients(scopes).map((list) => matches(list, client)),
          expected,
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('ten thousand networks are left out of the one around them', () => {
  const cidrs = Array.from({ length: 10_000 }, (_, index) => `10.${index >> 8}.${index & 255}.0/24`);
  const lists = disjointClients([['10.0.0.0/8'], cidrs]);
  assert.equal(lists[0]!.length, 10_001);
  assert.equal(lists[1]!.length, 10_000);
});
