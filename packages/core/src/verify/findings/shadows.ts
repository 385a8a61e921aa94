import type { RecordSet } from '../../dns/index.ts';
import { isAtOrBelow, type Name, parentOf } from '../../dns/name.ts';
import { showName } from '../../schema/path.ts';
import type { Zone } from '../../topology/topology.ts';
import { type FindingContext, zoneSubject } from './context.ts';
import type { Draft } from './finding.ts';
import { counted, listed } from './words.ts';
import { saidOf, targetOf, type ZoneIndex } from './zone-index.ts';

/**
 * `zone-shadowed`: records of a private or external zone at names that a more specific one answers, for somebody who is to see both. Where that
 * one has the same records nothing is lost; a delegation to it (NS, DS and the addresses of its servers) is no loss either.
 */
export function findShadowedRecords(context: FindingContext): Draft[] {
  const meet = meetingPlaces(context);
  return context.topology.zones.flatMap((wide) => {
    if (wide.kind === 'public' || !context.zones.hasBelow(wide.name)) return [];
    const servers = serversOf(wide);
    const hidden = new Map<Zone, RecordSet[]>();
    for (const set of wide.records) {
      const narrow = hiderOf(context.zones, wide, set.name, meet);
      if (!narrow || isDelegation(set, narrow, servers) || hasSame(narrow, set)) continue;
      const sets = hidden.get(narrow);
      if (sets) sets.push(set);
      else hidden.set(narrow, [set]);
    }
    return [...hidden].map(([narrow, sets]) => shadowed(wide, narrow, sets));
  });
}

function shadowed(wide: Zone, narrow: Zone, sets: readonly RecordSet[]): Draft {
  const names = sets.map(({ name, type }) => `${showName(name)} ${type}`);
  return {
    code: 'zone-shadowed',
    subject: zoneSubject(wide),
    text: `${counted(sets.length, 'record set')} that ${zoneSubject(narrow)}, the more specific zone, answers in its place: ${listed(names)}`,
    paths: [[...wide.path, 'records'], narrow.path],
    remedy: `move the records to ${showName(narrow.name)}, or remove them`,
  };
}

/** The most specific zone below `wide` at or above the name that is seen where `wide` is seen. */
function hiderOf(
  zones: ZoneIndex,
  wide: Zone,
  name: Name,
  meet: (a: Zone, b: Zone) => boolean,
): Zone | undefined {
  for (let at: Name | undefined = name; at !== undefined && at !== wide.name; at = parentOf(at)) {
    const found = zones.named(at).find((zone) => zone.kind !== 'public' && meet(wide, zone));
    if (found) return found;
  }
  return undefined;
}

/** Whether there is a VPC resolver, a tier or an authority that chooses between two zones. */
function meetingPlaces({ topology }: FindingContext): (a: Zone, b: Zone) => boolean {
  const ofNetwork = Map.groupBy(topology.forwarders, ({ network }) => network);
  const byRule = new Map<Name, string[]>();
  for (const tier of topology.forwarders) {
    for (const { suffix, upstreams } of tier.rules) {
      if (upstreams) byRule.set(suffix, [...(byRule.get(suffix) ?? []), tier.name]);
    }
  }
  const tiersOf = (zone: Zone): Set<string> | 'all' => {
    if (zone.kind === 'external') return 'all';
    const own = zone.kind === 'private' ? zone.networks.flatMap((each) => ofNetwork.get(each) ?? []) : [];
    return new Set([...own.map(({ name }) => name), ...(byRule.get(zone.name) ?? [])]);
  };
  const known = new Map<Zone, Set<string> | 'all'>();
  const seenBy = (zone: Zone) => known.get(zone) ?? known.set(zone, tiersOf(zone)).get(zone)!;
  return (a, b) => {
    if (a.kind === 'private' && b.kind === 'private' && a.networks.some((each) => b.networks.includes(each)))
      return true;
    if (a.kind === 'external' && b.kind === 'external' && a.authority === b.authority) return true;
    const [first, second] = [seenBy(a), seenBy(b)];
    if (first === 'all') return second === 'all' ? topology.forwarders.length > 0 : second.size > 0;
    return second === 'all' ? first.size > 0 : [...first].some((each) => second.has(each));
  };
}

/** The names of servers that a zone delegates to: their addresses in it are glue. */
function serversOf(zone: Zone): Set<Name> {
  const cuts = zone.records.filter(({ name, type }) => type === 'NS' && name !== zone.name);
  return new Set(cuts.flatMap(({ data }) => data.map(targetOf)));
}

/** An alias at the apex is `apex-cname`’s. */
function isDelegation({ name, type }: RecordSet, narrow: Zone, servers: ReadonlySet<Name>): boolean {
  if (name === narrow.name && (type === 'NS' || type === 'DS' || type === 'CNAME')) return true;
  return (type === 'A' || type === 'AAAA') && servers.has(name) && isAtOrBelow(name, narrow.name);
}

/** True where the narrower zone has the same records, or does not say what it has. */
function hasSame(narrow: Zone, set: RecordSet): boolean {
  const said = saidOf(narrow, set.name, set.type);
  return said === undefined || (said.kind === 'records' && sameData(said.set.data, set.data));
}

/** The same records, whatever their order. */
export function sameData(a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean {
  if (a.length !== b.length) return false;
  const texts = new Set(a.map((each) => each.join()));
  return b.every((each) => texts.has(each.join()));
}
