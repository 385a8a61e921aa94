import type { HostedZone, Mutation } from '@pointsman/zones';
import { absenceOf, isSamePart, keyOf, namesPrefix, type Part, partsOf, tagsKey } from './parts.ts';
import type { Seed } from './seed.ts';

/**
 * Drift: where Route 53 is not as the file says, because its API was called. It is kept apart from the file, by part.
 * `file` is what the file said when the API made it `now`.
 */
export type Drift = Map<string, Drifted>;
export type Drifted = { file: Part; now: Part };

/** What a write does to a part of the drift; undefined for one that is as the file says. */
export type DriftChange = { key: string; before: Drifted | undefined; after: Drifted | undefined };

/** What a write does to the drift. Pure: nothing is changed. */
export function changesOf(drift: Drift, seed: Seed, mutations: readonly Mutation[]): DriftChange[] {
  const changes = partsOf(mutations).flatMap((now): DriftChange[] => {
    const file = statedBy(seed, now);
    const after = isSamePart(file, now) ? undefined : { file, now };
    const gone = now.kind.endsWith('-gone') ? [...drift.keys()].filter((key) => isWithin(key, now)) : [];
    return [
      ...gone.map((key) => ({ key, before: drift.get(key), after: undefined })),
      { key: keyOf(now), before: drift.get(keyOf(now)), after },
    ];
  });
  return changes.filter(({ before, after }) => before !== undefined || after !== undefined);
}

export function applyChanges(drift: Drift, changes: readonly DriftChange[]): void {
  for (const { key, after } of changes) {
    if (after === undefined) drift.delete(key);
    else drift.set(key, after);
  }
}

/** True for what goes with the thing that is gone: the names and tags of a zone, the tags of a health check. */
function isWithin(key: string, part: Part): boolean {
  if (part.kind === 'health-check-gone') return key === tagsKey({ kind: 'healthcheck', id: part.id });
  if (part.kind !== 'zone-gone') return false;
  return key.startsWith(namesPrefix(part.id)) || key === tagsKey({ kind: 'hostedzone', id: part.id });
}

/** What the file says of the thing that a part is about. */
function statedBy({ zones }: Seed, part: Part): Part {
  switch (part.kind) {
    case 'zone':
    case 'zone-gone': {
      const stated = zones.get(part.kind === 'zone' ? part.zone.id : part.id);
      return stated ? { kind: 'zone', zone: stated.zone } : absenceOf(part);
    }
    case 'names': {
      const [name] = part.names.keys();
      const sets = zones.get(part.zoneId)?.names.get(name!) ?? [];
      return { ...part, names: new Map([[name!, sets]]) };
    }
    default:
      return absenceOf(part);
  }
}

/** Drift that cannot be kept, and why. */
export type Conflict = Drifted & { key: string; because: string };

/**
 * Kept drift over a file that may have changed since. Where the file says the same as before, the drift stays; where it has become what
 * the API had made, there is no drift any more; where it says something else, **the file wins**: it is the later word of somebody who could know
 * the drift. What the API made in a zone or VPC that the file no longer has goes, too. All that goes is a conflict.
 */
export function reconcile(kept: Drift, seed: Seed): { drift: Drift; conflicts: Conflict[] } {
  const conflicts: Conflict[] = [];
  const fail = ([key, { file, now }]: Entry, because: string) => conflicts.push({ key, file, now, because });
  let standing = [...kept]
    .filter(([, { now }]) => !isSamePart(statedBy(seed, now), now))
    .sort(([, a], [, b]) => rank(a.now) - rank(b.now));
  for (const entry of standing) if (!isAsBefore(seed, entry)) fail(entry, 'the file says something else now');
  standing = standing.filter((entry) => isAsBefore(seed, entry));
  // Each is judged among all others, whatever their order; what goes may take others with it.
  for (let before = -1; before !== standing.length; ) {
    before = standing.length;
    const zones = zonesWith(seed, standing);
    standing = standing.filter((entry) => {
      const because = missing(zones, seed, entry[1].now);
      if (because !== undefined) fail(entry, because);
      return because === undefined;
    });
  }
  return { drift: new Map(standing), conflicts };
}

type Entry = readonly [key: string, drifted: Drifted];

function isAsBefore(seed: Seed, [, { file, now }]: Entry): boolean {
  return isSamePart(statedBy(seed, now), file);
}

/** The zones of the file, as far as the drift has left them, and those that it has brought. */
function zonesWith(seed: Seed, drift: readonly Entry[]): Zones {
  const zones = new Map(Array.from(seed.zones, ([id, { zone }]) => [id, zone]));
  for (const [, { now }] of drift) {
    if (now.kind === 'zone') zones.set(now.zone.id, now.zone);
    else if (now.kind === 'zone-gone') zones.delete(now.id);
  }
  return zones;
}

/** Zones before what is in them. */
function rank({ kind }: Part): number {
  return kind === 'zone' || kind === 'zone-gone' ? 0 : 1;
}

type Zones = ReadonlyMap<string, HostedZone>;

/** What a part needs and what is not there; undefined where nothing is missing. */
function missing(zones: Zones, seed: Seed, part: Part): string | undefined {
  switch (part.kind) {
    case 'zone':
      return missingForZone(zones, seed, part.zone);
    case 'names':
      return zones.has(part.zoneId) ? undefined : 'its zone is not there any more';
    case 'tags':
      return part.resource.kind === 'healthcheck' || zones.has(part.resource.id)
        ? undefined
        : 'its zone is not there any more';
    default:
      return undefined;
  }
}

function missingForZone(zones: Zones, seed: Seed, zone: HostedZone): string | undefined {
  const vpcs = new Map(Array.from(seed.vpcs.values(), (vpc) => [vpc.id, vpc]));
  const gone = zone.vpcs.find(({ id, region }) => vpcs.get(id)?.region !== region);
  if (gone) return `the file has no VPC ${gone.id} in ${gone.region}`;
  const own = new Set(zone.vpcs.map(({ id }) => id));
  const taken = [...zones.values()].some(
    ({ id, name, vpcs }) => id !== zone.id && name === zone.name && vpcs.some((vpc) => own.has(vpc.id)),
  );
  return taken ? `the file has a zone ${zone.name} for the same VPC` : undefined;
}
