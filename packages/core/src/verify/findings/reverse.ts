import { type AddressBytes, formatAddress, parseCidr, reverseZonesOf } from '../../address/index.ts';
import { labelsOf, type Name } from '../../dns/name.ts';
import { showName } from '../../schema/path.ts';
import { type FindingContext, zoneSubject } from './context.ts';
import type { Draft } from './finding.ts';
import { counted, listed } from './words.ts';
import { saidOf, targetOf, type ZoneIndex } from './zone-index.ts';

/** `reverse-missing` and `reverse-mismatch`. */
export function findReverseFaults(context: FindingContext): Draft[] {
  return [...missing(context), ...mismatches(context)];
}

/** A CIDR that no zone of the topology has the reverse names of, or only some of them. */
function missing({ topology, zones }: FindingContext): Draft[] {
  return topology.networks.flatMap((network) =>
    network.cidrs.flatMap((text, index) => {
      const names = reverseZonesOf(parseCidr(text)!);
      const lacking = names.filter((name) => zones.covering(name).every(({ kind }) => kind === 'public'));
      if (lacking.length === 0) return [];
      return [
        {
          code: 'reverse-missing' as const,
          subject: `networks/${network.name}`,
          text: `addresses of ${text} have no reverse zone: ${listed(lacking.map(showName))}`,
          paths: [[...network.path, 'cidrs', index]],
          remedy: `add a zone named ${text}, private or external`,
        },
      ];
    }),
  );
}

/** How many aliases are followed from the name of a PTR record, as the resolvers do. */
const MOST_ALIASES = 11;

/** A PTR record whose name has addresses, and not the one that it stands for; or has none. */
function mismatches({ topology, zones }: FindingContext): Draft[] {
  return topology.zones.flatMap((zone) => {
    if (!/(^|\.)(in-addr|ip6)\.arpa\.$/.test(zone.name)) return [];
    const wrong = zone.records.flatMap(({ name, type, data }) => {
      const address = type === 'PTR' ? addressOf(name) : undefined;
      if (!address) return [];
      return data.flatMap((each) => {
        const why = disagreement(zones, targetOf(each), address);
        return why === undefined
          ? []
          : [`${formatAddress(address)} is called ${showName(targetOf(each))}, which ${why}`];
      });
    });
    if (wrong.length === 0) return [];
    return [
      {
        code: 'reverse-mismatch' as const,
        subject: zoneSubject(zone),
        text: `${counted(wrong.length, 'PTR record')} disagree${wrong.length === 1 ? 's' : ''} with the names: ${listed(wrong, '; ')}`,
        paths: [[...zone.path, 'records'], zone.path],
        remedy: 'correct the PTR record, or the address record of the name',
      },
    ];
  });
}

function disagreement(zones: ZoneIndex, name: Name, address: AddressBytes): string | undefined {
  const addresses = addressesOf(zones, name, address.length === 4 ? 'A' : 'AAAA');
  if (addresses === 'unknown') return undefined;
  if (addresses.length === 0) return 'has no such record';
  const wanted = formatAddress(address);
  const found = addresses.map(formatAddress);
  return found.includes(wanted) ? undefined : `is ${listed(found)}`;
}

/** All addresses that any zone of the topology gives a name, aliases followed; unknown where the topology does not say. */
function addressesOf(zones: ZoneIndex, start: Name, type: 'A' | 'AAAA'): readonly Uint8Array[] | 'unknown' {
  let name = start;
  for (let count = 0; count <= MOST_ALIASES; count++) {
    const said = zones.covering(name).map((zone) => saidOf(zone, name, type));
    if (said.length === 0 || said.includes(undefined)) return 'unknown';
    const alias = said.find((each) => each?.kind === 'alias');
    if (!alias) return said.flatMap((each) => (each?.kind === 'records' ? each.set.data : []));
    name = alias.target;
  }
  return [];
}

/** The address that a reverse name stands for (RFC 1035 §3.5, RFC 3596 §2.5); undefined for other names, such as those of RFC 2317. */
function addressOf(name: Name): AddressBytes | undefined {
  const quad = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa\.$/.exec(name);
  if (quad) {
    const bytes = [quad[4], quad[3], quad[2], quad[1]].map(Number);
    return bytes.every((byte) => byte < 256) ? Uint8Array.from(bytes) : undefined;
  }
  if (!/^([0-9a-f]\.){32}ip6\.arpa\.$/.test(name)) return undefined;
  const digits = labelsOf(name).slice(0, 32).reverse();
  return Uint8Array.from({ length: 16 }, (_, index) =>
    Number.parseInt(digits[index * 2]! + digits[index * 2 + 1]!, 16),
  );
}
