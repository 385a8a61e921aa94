import { isAtOrBelow, type Name } from '../../dns/name.ts';

/**
 * The zones that BIND has by itself, without being told, and answers NXDOMAIN out of (RFC 6303, RFC 6598, RFC 8375); those of single
 * addresses are left out, below which no zone is.
 */
const EMPTY_ZONES: readonly Name[] = [
  '10.in-addr.arpa.',
  ...range(16, 31).map((byte) => `${byte}.172.in-addr.arpa.`),
  '168.192.in-addr.arpa.',
  ...range(64, 127).map((byte) => `${byte}.100.in-addr.arpa.`),
  ...['0', '127', '254.169', '2.0.192', '100.51.198', '113.0.203'].map((part) => `${part}.in-addr.arpa.`),
  ...['d.f', '8.e.f', '9.e.f', 'a.e.f', 'b.e.f', '8.b.d.0.1.0.0.2'].map((part) => `${part}.ip6.arpa.`),
  'home.arpa.',
];

/** Empty zones that would swallow a forwarded zone below them. BIND makes none at or below a name that it only forwards. */
export function emptyZonesAbove(suffix: Name): Name[] {
  return EMPTY_ZONES.filter((zone) => zone !== suffix && isAtOrBelow(suffix, zone));
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
