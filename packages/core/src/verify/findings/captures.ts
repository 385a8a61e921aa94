import type { RecordSet } from '../../dns/index.ts';
import { type Name, parentOf } from '../../dns/name.ts';
import { showName } from '../../schema/path.ts';
import type { Zone } from '../../topology/topology.ts';
import { type FindingContext, zoneSubject } from './context.ts';
import type { Draft } from './finding.ts';
import { counted, listed } from './words.ts';
import { saidOf } from './zone-index.ts';

/**
 * `nxdomain-capture` of public names: whoever is asked for a private or an external zone says of every name in it that it lacks that it does not exist, whatever
 * public DNS has, and however specific the public zone is.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
 */
export function findCapturedPublicNames(context: FindingContext): Draft[] {
  const isAsked = askedIn(context);
  const captured = new Map<Zone, Set<Name>>();
  for (const zone of context.topology.zones) {
    if (zone.kind !== 'public') continue;
    for (const set of zone.records) {
      const captor = captorOf(context, zone, set, isAsked);
      if (!captor) continue;
      const names = captured.get(captor);
      if (names) names.add(set.name);
      else captured.set(captor, new Set([set.name]));
    }
  }
  return [...captured].map(([captor, names]) => ({
    code: 'nxdomain-capture' as const,
    subject: zoneSubject(captor),
    text: `it covers ${counted(names.size, 'public name')} that it lacks, and says that ${names.size === 1 ? 'it does' : 'they do'} not exist: ${listed([...names].map(showName))}`,
    paths: [captor.path],
    remedy: 'add the names to it, or give the zone a name that no public name is below',
  }));
}

function captorOf(
  { zones }: FindingContext,
  zone: Zone,
  { name, type }: RecordSet,
  isAsked: (zone: Zone) => boolean,
): Zone | undefined {
  if (name === zone.name && (type === 'SOA' || type === 'NS')) return undefined;
  for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
    const captor = zones.named(at).find((each) => each.kind !== 'public' && isAsked(each));
    if (captor) return saidOf(captor, name, 'ANY')?.kind === 'no-name' ? captor : undefined;
  }
  return undefined;
}

/** Whether anybody’s questions get to a zone. */
function askedIn({ topology }: FindingContext): (zone: Zone) => boolean {
  const asked = new Set(topology.forwarders.map(({ network }) => network));
  for (const { name, resolvers } of topology.networks) {
    if (resolvers.some(({ kind }) => kind === 'vpc-resolver')) asked.add(name);
  }
  return (zone) =>
    zone.kind === 'external'
      ? topology.forwarders.length > 0
      : zone.kind === 'private' && zone.networks.some((each) => asked.has(each));
}
