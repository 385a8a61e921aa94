import type { RecordSet } from '../../dns/index.ts';
import type { Name } from '../../dns/name.ts';
import { showName } from '../../schema/path.ts';
import type { Zone } from '../../topology/topology.ts';
import { type FindingContext, zoneSubject } from './context.ts';
import type { Draft } from './finding.ts';
import { counted, listed } from './words.ts';
import { saidOf, targetOf, type ZoneIndex } from './zone-index.ts';

/** `dangling-cname`, `apex-cname`, and `loop` for aliases that go round. One draft for each zone and code. */
export function findBadAliases(context: FindingContext): Draft[] {
  const circles = circlesOf(context);
  return context.topology.zones.flatMap((zone) => {
    const aliases = zone.records.filter(({ type }) => type === 'CNAME');
    if (aliases.length === 0) return [];
    return [
      ...dangling(context, zone, aliases),
      ...atApexes(context, zone, aliases),
      ...inCircles(
        zone,
        aliases.filter(({ name }) => circles.has(name)),
      ),
    ];
  });
}

function dangling({ zones }: FindingContext, zone: Zone, aliases: readonly RecordSet[]): Draft[] {
  const lost = aliases.flatMap((set) => {
    const target = targetOf(set.data[0]!);
    return exists(zones, target) === false ? [{ set, target }] : [];
  });
  if (lost.length === 0) return [];
  const names = lost.map(({ set, target }) => `${showName(set.name)} → ${showName(target)}`);
  return [
    {
      code: 'dangling-cname',
      subject: zoneSubject(zone),
      text: `${counted(lost.length, 'alias', 'aliases')} of a name that does not exist: ${listed(names)}`,
      paths: [[...zone.path, 'records']],
      remedy: 'correct the target, add the name that it means, or remove the alias',
    },
  ];
}

/** Whether there is anything at a name, in any zone that covers it; undefined where the topology does not say. */
function exists(zones: ZoneIndex, name: Name): boolean | undefined {
  const found = zones.covering(name).map((zone) => saidOf(zone, name, 'ANY')?.kind);
  if (found.some((kind) => kind === 'records' || kind === 'alias')) return true;
  return found.length === 0 || found.includes(undefined) ? undefined : false;
}

/** An alias in a wider zone, at the name of another zone: that one answers, and has no alias there (RFC 1034 §3.6.2). */
function atApexes({ zones }: FindingContext, zone: Zone, aliases: readonly RecordSet[]): Draft[] {
  if (!zones.hasBelow(zone.name)) return [];
  const names = aliases.filter(({ name }) => zones.named(name).some(({ kind }) => kind !== 'public'));
  if (names.length === 0) return [];
  return [
    {
      code: 'apex-cname',
      subject: zoneSubject(zone),
      text: `an alias stands at the apex of a zone of its own, which answers in its place: ${listed(names.map(({ name }) => showName(name)))}`,
      paths: [[...zone.path, 'records']],
      remedy: 'write the addresses at the apex of that zone; an apex has no CNAME (RFC 1034 §3.6.2)',
    },
  ];
}

/** The names of aliases that lead back to themselves, all zones of the topology taken together. */
function circlesOf({ topology, zones }: FindingContext): Set<Name> {
  const targets = new Map<Name, Name>();
  for (const zone of topology.zones) {
    for (const set of zone.records) {
      if (set.type !== 'CNAME') continue;
      const isSeen = !zones.hasBelow(zone.name) || zones.covering(set.name).includes(zone);
      if (isSeen) targets.set(set.name, targetOf(set.data[0]!));
    }
  }
  const circles = new Set<Name>();
  const done = new Set<Name>();
  for (const [start, target] of targets) {
    // Most aliases lead to a name with records.
    if (!targets.has(target)) continue;
    const walked = new Set<Name>();
    let at: Name | undefined = start;
    for (; at !== undefined && !done.has(at) && !walked.has(at); at = targets.get(at)) walked.add(at);
    for (
      let round = at;
      round !== undefined && walked.has(round) && !circles.has(round);
      round = targets.get(round)
    )
      circles.add(round);
    for (const name of walked) done.add(name);
  }
  return circles;
}

function inCircles(zone: Zone, sets: readonly RecordSet[]): Draft[] {
  if (sets.length === 0) return [];
  const names = sets.map(({ name, data }) => `${showName(name)} → ${showName(targetOf(data[0]!))}`);
  return [
    {
      code: 'loop',
      subject: zoneSubject(zone),
      text: `aliases lead back to where they began: ${listed(names)}`,
      paths: [[...zone.path, 'records']],
      remedy: 'let one of the names have records of its own',
    },
  ];
}
