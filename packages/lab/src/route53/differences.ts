import type { Name } from '@pointsman/core/dns';
import type { HostedZone, ResourceRecordSet } from '@pointsman/zones';
import type { Drifted } from './drift.ts';
import type { Part } from './parts.ts';

/** One thing that is not as the file says, for people and programs. `file` and `now` are undefined where it is not there. */
export type Difference = {
  subject: 'record-set' | 'zone' | 'health-check' | 'tags' | 'delegation-set' | 'cidr-collection';
  /** A zone's name, an owner name, or an ID. */
  name: string;
  /** Of a record set: the name of its zone. */
  zone?: Name | undefined;
  type?: string;
  setIdentifier?: string | undefined;
  /** `reverted`: it is as the file says again. */
  change: 'added' | 'changed' | 'removed' | 'reverted';
  file: unknown;
  now: unknown;
};

/** What is different in a part: of a name, each record set. The SOA and NS of a zone that the API made are nothing of their own. */
export function differencesOf(
  { file, now }: Drifted,
  zoneOf: (id: string) => HostedZone | undefined,
): Difference[] {
  if (file.kind === 'names' && now.kind === 'names') {
    const zone = zoneOf(now.zoneId);
    return recordSetDifferences(setsOf(file), setsOf(now))
      .filter(({ name, type, file }) => !(isApexType(type) && name === zone?.name && file === undefined))
      .map((difference) => ({ ...difference, zone: zone?.name }));
  }
  const [stated, made] = [contentOfPart(file), contentOfPart(now)];
  return [{ ...subjectOf(now, file), change: changeOf(stated, made), file: stated, now: made }];
}

/** What one step of the drift is for those who saw the steps before it. */
export function newsOf(before: readonly Difference[], after: readonly Difference[]): Difference[] {
  const labels = new Set(after.map(labelOf));
  const known = new Map(before.map((each) => [labelOf(each), JSON.stringify(each.now)]));
  const reverted = before
    .filter((each) => !labels.has(labelOf(each)))
    .map((each): Difference => ({ ...each, change: 'reverted', now: each.file }));
  return [...reverted, ...after.filter((each) => known.get(labelOf(each)) !== JSON.stringify(each.now))];
}

function labelOf({ subject, name, type, setIdentifier }: Difference): string {
  return JSON.stringify([subject, name, type, setIdentifier]);
}

function recordSetDifferences(
  file: readonly ResourceRecordSet[],
  now: readonly ResourceRecordSet[],
): Difference[] {
  const key = ({ type, setIdentifier }: ResourceRecordSet) => JSON.stringify([type, setIdentifier]);
  const stated = new Map(file.map((set) => [key(set), set]));
  const made = new Map(now.map((set) => [key(set), set]));
  return [...new Set([...stated.keys(), ...made.keys()])].flatMap((each): Difference[] => {
    const [before, after] = [stated.get(each), made.get(each)];
    const { name, type, setIdentifier } = (after ?? before)!;
    const [was, is] = [before && setContent(before), after && setContent(after)];
    if (JSON.stringify(was) === JSON.stringify(is)) return [];
    return [
      { subject: 'record-set', name, type, setIdentifier, change: changeOf(was, is), file: was, now: is },
    ];
  });
}

/** All but what tells record sets apart; values in one order. */
function setContent({ name: _, type, setIdentifier, values, ...rest }: ResourceRecordSet) {
  return values ? { ...rest, values: values.toSorted() } : rest;
}

function setsOf({ names }: Extract<Part, { kind: 'names' }>): readonly ResourceRecordSet[] {
  return names.values().next().value!;
}

function isApexType(type: string | undefined): boolean {
  return type === 'SOA' || type === 'NS';
}

function changeOf(stated: unknown, made: unknown): Difference['change'] {
  if (stated === undefined) return 'added';
  return made === undefined ? 'removed' : 'changed';
}

function contentOfPart(part: Part): unknown {
  switch (part.kind) {
    case 'zone':
      return part.zone;
    case 'health-check':
      return part.healthCheck;
    case 'delegation-set':
      return part.delegationSet;
    case 'cidr-collection':
      return part.cidrCollection;
    case 'tags':
      return Object.keys(part.tags).length === 0 ? undefined : part.tags;
    default:
      return undefined;
  }
}

function subjectOf(now: Part, file: Part): Pick<Difference, 'subject' | 'name'> {
  switch (now.kind) {
    case 'zone':
      return { subject: 'zone', name: now.zone.name };
    case 'zone-gone':
      return { subject: 'zone', name: file.kind === 'zone' ? file.zone.name : now.id };
    case 'health-check':
      return { subject: 'health-check', name: now.healthCheck.id };
    case 'delegation-set':
      return { subject: 'delegation-set', name: now.delegationSet.id };
    case 'tags':
      return { subject: 'tags', name: `${now.resource.kind} ${now.resource.id}` };
    case 'cidr-collection':
      return { subject: 'cidr-collection', name: now.cidrCollection.name };
    case 'cidr-collection-gone':
      return { subject: 'cidr-collection', name: now.id };
    case 'health-check-gone':
      return { subject: 'health-check', name: now.id };
    case 'delegation-set-gone':
      return { subject: 'delegation-set', name: now.id };
    case 'names':
      return { subject: 'record-set', name: [...now.names.keys()].join() };
  }
}
