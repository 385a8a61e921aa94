import { nameFromWire, type RecordSet, rdataFromText } from '@pointsman/core/dns';
import type { Zone } from './compile-zone.ts';

/**
 * The name servers, SOA and TTLs (seconds) of every private hosted zone.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-private.html and …/SOA-NSrecords.html
 */
const ROUTE_53_SERVERS = [
  'ns-0.awsdns-00.com.',
  'ns-512.awsdns-00.net.',
  'ns-1024.awsdns-00.org.',
  'ns-1536.awsdns-00.co.uk.',
];
const ROUTE_53_SOA = 'ns-1536.awsdns-00.co.uk. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400';

/** The SOA and NS sets that the apex of a zone lacks. Others than private zones name themselves as their server, as in RFC 6303 §3. */
export function apexDefaults(zone: Zone, apex: readonly RecordSet[]): RecordSet[] {
  const defaults: RecordSet[] = [];
  const own = apex.find(({ type }) => type === 'NS');
  const isPrivate = zone.kind === 'private';
  if (own === undefined) {
    const servers = isPrivate ? ROUTE_53_SERVERS : ['@'];
    defaults.push(makeSet(zone, 'NS', isPrivate ? 172_800 : 3600, servers));
  }
  if (!apex.some(({ type }) => type === 'SOA')) {
    const primary = own ? nameFromWire(own.data[0]!)!.name : '@';
    const soa = isPrivate ? ROUTE_53_SOA : `${primary} nobody.invalid. 1 3600 1200 604800 300`;
    defaults.push(makeSet(zone, 'SOA', isPrivate ? 900 : 3600, [soa]));
  }
  return defaults;
}

function makeSet(zone: Zone, type: string, ttl: number, values: readonly string[]): RecordSet {
  return { name: zone.name, type, ttl, data: values.map((value) => rdataFromText(type, value, zone.name)) };
}
