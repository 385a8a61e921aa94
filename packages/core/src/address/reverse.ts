import type { Name } from '../dns/name.ts';
import { type AddressBytes, addressAt, type Cidr } from './address.ts';

/** The name whose PTR record names an address (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(address: AddressBytes): Name {
  return reverseZone(address, labelCount(address));
}

/**
 * The reverse zones that cover a CIDR, in the order of their addresses: `10.0.0.0/8` → `10.in-addr.arpa.`,
 * `172.16.0.0/12` → sixteen zones, `16.172.in-addr.arpa.` to `31.172.in-addr.arpa.`. A CIDR inside one /24 (IPv6: /124) is covered by
 * that one's zone; a zone made for it alone (RFC 2317) has whatever name its owner chose, and is written by that name. At most 128 for
 * IPv4, 8 for IPv6.
 */
export function reverseZonesOf(cidr: Cidr): Name[] {
  const bitsPerLabel = cidr.bytes.length === 4 ? 8 : 4;
  const depth = Math.min(labelCount(cidr.bytes) - 1, Math.ceil(cidr.prefix / bitsPerLabel));
  const count = 2 ** Math.max(0, depth * bitsPerLabel - cidr.prefix);
  const size = 2 ** (cidr.bytes.length * 8 - depth * bitsPerLabel);
  return Array.from({ length: count }, (_, index) =>
    reverseZone(addressAt(cidr.bytes, index * size)!, depth),
  );
}

function labelCount(address: AddressBytes): number {
  return address.length === 4 ? 4 : 32;
}

/** The reverse zone made of an address's first `depth` bytes (IPv4) or half-bytes (IPv6). */
function reverseZone(address: AddressBytes, depth: number): Name {
  let name = address.length === 4 ? 'in-addr.arpa.' : 'ip6.arpa.';
  for (let index = 0; index < depth; index++) {
    const label =
      address.length === 4
        ? String(address[index])
        : ((address[index >> 1]! >> (index % 2 === 0 ? 4 : 0)) & 15).toString(16);
    name = `${label}.${name}`;
  }
  return name;
}
