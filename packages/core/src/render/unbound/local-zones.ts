import { isAtOrBelow, type Name } from '../../dns/name.ts';

/** Zones that Unbound answers by itself whatever it is told of LAN zones (unbound.conf(5), `local-zone`). */
export const SPECIAL_ZONES: readonly Name[] = [
  'localhost.',
  'test.',
  'invalid.',
  'onion.',
  'home.arpa.',
  '127.in-addr.arpa.',
  '1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.',
];

/** Those that `unblock-lan-zones` opens: the reverse zones of private and documentation addresses (RFC 6303). */
const LAN_ZONES: readonly Name[] = [
  '10.in-addr.arpa.',
  ...Array.from({ length: 16 }, (_, index) => `${16 + index}.172.in-addr.arpa.`),
  '168.192.in-addr.arpa.',
  '0.in-addr.arpa.',
  ...Array.from({ length: 64 }, (_, index) => `${64 + index}.100.in-addr.arpa.`),
  '254.169.in-addr.arpa.',
  '2.0.192.in-addr.arpa.',
  '100.51.198.in-addr.arpa.',
  '113.0.203.in-addr.arpa.',
  '255.255.255.255.in-addr.arpa.',
  '0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.',
  'd.f.ip6.arpa.',
  '8.e.f.ip6.arpa.',
  '9.e.f.ip6.arpa.',
  'a.e.f.ip6.arpa.',
  'b.e.f.ip6.arpa.',
  '8.b.d.0.1.0.0.2.ip6.arpa.',
];

/** Those that stand in the way of a rule: the rule lies in one, or one lies in the rule. */
export function localZonesInTheWay(suffixes: readonly Name[]): Name[] {
  return [...SPECIAL_ZONES, ...LAN_ZONES].filter((zone) =>
    suffixes.some((suffix) => isAtOrBelow(suffix, zone) || isAtOrBelow(zone, suffix)),
  );
}
