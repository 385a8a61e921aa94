import type { Name } from '../../dns/name.ts';
import { showName } from '../../schema/path.ts';
import type { Zone } from '../../topology/topology.ts';
import type { Walk } from '../walk.ts';
import { type FindingContext, zoneSubject } from './context.ts';
import { compareTexts, type Draft } from './finding.ts';
import { classOf, type Group } from './rows.ts';
import { sameData } from './shadows.ts';
import { counted, listed } from './words.ts';
import { targetOf } from './zone-index.ts';

/** `split-answers`: two zones of one name with different records, each of which answers somebody. What views make different is meant to be. */
export function findSplitAnswers(context: FindingContext, walked: Walk, groups: readonly Group[]): Draft[] {
  const byName = Map.groupBy(context.topology.zones, ({ name }) => name);
  return [...byName].flatMap(([name, zones]) => {
    if (zones.length < 2) return [];
    const index = walked.classes.indexOf.get(name)!;
    const answered = zones.flatMap((zone) => {
      const own = walked.verdicts.zone(zone);
      const networks = groups
        .filter(({ row }) => row.verdicts[index] === own)
        .flatMap((group) => group.networks)
        .filter((network) => !hasView(context, network))
        .sort(compareTexts);
      return networks.length === 0 ? [] : [{ zone, networks }];
    });
    const [first, second] = answered.sort((a, b) => compareTexts(a.networks[0]!, b.networks[0]!));
    if (!second) return [];
    const other = answered.slice(1).find(({ zone }) => !haveSame(first!.zone, zone));
    return other ? [split(name, first!, other)] : [];
  });
}

type Answered = { zone: Zone; networks: readonly string[] };

function split(name: Name, one: Answered, other: Answered): Draft {
  return {
    code: 'split-answers',
    subject: zoneSubject({ name }),
    text: `there are two zones of this name with different records: ${who(one.zone)} answers ${listed(one.networks)}, ${who(other.zone)} answers ${listed(other.networks)}`,
    paths: [one.zone.path, other.zone.path],
    remedy:
      'keep one zone, or the same records in both; where they are meant to differ, allow it with the reason',
    question: { network: other.networks[0]!, name },
  };
}

function who(zone: Zone): string {
  if (zone.kind === 'external') return `authorities/${zone.authority}`;
  return zone.kind === 'private' ? `the one on ${listed(zone.networks)}` : 'the public one';
}

/** True where the tier that a network asks has a view for it. */
export function hasView({ topology, networks }: FindingContext, name: string): boolean {
  const tiers = networks.get(name)!.resolvers.flatMap((each) => (each.kind === 'tier' ? [each.name] : []));
  return topology.forwarders.some(
    (tier) => tiers.includes(tier.name) && tier.views.some((view) => view.networks.includes(name)),
  );
}

/** True where two zones have the same records, or one of them does not state any. SOA and NS are each zone’s own. */
function haveSame(a: Zone, b: Zone): boolean {
  if (a.records.length === 0 || b.records.length === 0) return true;
  const sets = (zone: Zone) =>
    new Map(
      zone.records.flatMap((set) =>
        set.name === zone.name && /^(SOA|NS)$/.test(set.type) ? [] : [[`${set.name} ${set.type}`, set.data]],
      ),
    );
  const [first, second] = [sets(a), sets(b)];
  if (first.size !== second.size) return false;
  return [...first].every(([key, data]) => {
    const other = second.get(key);
    return other !== undefined && sameData(data, other);
  });
}

/** `cname-across-zones-unresolvable`: who resolves the alias does not resolve the zone that it leads to. */
export function findUnresolvableAliases(
  context: FindingContext,
  walked: Walk,
  groups: readonly Group[],
): Draft[] {
  return context.topology.zones.flatMap((zone) => {
    if (zone.kind === 'public') return [];
    const index = walked.classes.indexOf.get(zone.name)!;
    const own = walked.verdicts.zone(zone);
    return [...targetsOf(context, walked, zone)].flatMap(([target, { zones, names, name }]) => {
      const good = new Set(zones.map(walked.verdicts.zone));
      const isPublic = zones.some(({ kind }) => kind === 'public');
      const lost = groups.filter(({ row }) => {
        const verdict = row.verdicts[target]!;
        if (row.verdicts[index] !== own || good.has(verdict) || walked.verdicts.isUndecided(verdict))
          return false;
        return !(isPublic && walked.verdicts.of(verdict).disposition === 'PUBLIC');
      });
      if (lost.length === 0) return [];
      const networks = lost.flatMap((group) => group.networks).sort(compareTexts);
      return [
        {
          code: 'cname-across-zones-unresolvable' as const,
          subject: zoneSubject(zone),
          text: `${counted(names.length, 'alias', 'aliases')} into ${zoneSubject(zones[0]!)}, which ${listed(networks)} cannot resolve: ${listed(names)}`,
          paths: [[...zone.path, 'records'], zones[0]!.path],
          remedy: `make ${showName(zones[0]!.name)} resolvable from there, or let the clients ask a forwarder tier`,
          question: { network: networks[0]!, name },
        },
      ];
    });
  });
}

/** The aliases of a zone that lead into another one, by the class of their targets. */
function targetsOf(
  { zones }: FindingContext,
  walked: Walk,
  zone: Zone,
): Map<number, { zones: readonly Zone[]; names: string[]; name: Name }> {
  const found = new Map<number, { zones: readonly Zone[]; names: string[]; name: Name }>();
  for (const { name, type, data } of zone.records) {
    if (type !== 'CNAME') continue;
    const target = targetOf(data[0]!);
    const covering = zones.covering(target);
    if (covering.length === 0 || covering.includes(zone)) continue;
    const index = classOf(walked, target);
    const text = `${showName(name)} → ${showName(target)}`;
    const group = found.get(index);
    if (group) group.names.push(text);
    else found.set(index, { zones: covering, names: [text], name });
  }
  return found;
}
