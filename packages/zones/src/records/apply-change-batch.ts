import type { Name } from '@pointsman/core/dns';
import type { HostedZone, RequestedChange, ResourceRecordSet } from '../store/model.ts';
import { Refusal } from '../store/refusal.ts';
import type { Limits } from '../store/store.ts';
import { shapeMistake } from './check-shape.ts';
import { apexMistakes, conflictsOf } from './conflicts.ts';
import { formatRoute53Name, nameMistake } from './names.ts';
import { canonicalSet, compareSets, isSameSet, matches, nameSet } from './record-sets.ts';
import { isOutside, setMistakes } from './set-mistakes.ts';

/** What the rules need to know of the zone as it is before the batch. */
export type ZoneView = {
  zone: HostedZone;
  recordSetCount: number;
  recordSetsAt(name: Name): readonly ResourceRecordSet[];
  /** The zone that an alias target names by its ID, where it is one of ours. */
  findZone(id: string): HostedZone | undefined;
  hasHealthCheck(id: string): boolean;
  /** Of the zone's account; `*` is a location of every collection. */
  hasCidrLocation(collectionId: string, locationName: string): boolean;
};

export type AppliedBatch = {
  /** Each name that changed, with all record sets it has afterwards. */
  names: ReadonlyMap<Name, readonly ResourceRecordSet[]>;
  recordSetCount: number;
};

/**
 * What a change batch makes of a zone. Pure. Changes are taken and judged in order, each by the zone as those before it have left it; only what the apex
 * has to have, and how many record sets there may be, is looked at in the end.
 * @throws Refusal `InvalidInput` for the first change that is malformed in itself; `InvalidChangeBatch` with every message otherwise
 */
export function applyChangeBatch(
  view: ZoneView,
  changes: readonly RequestedChange[],
  limits: Limits,
): AppliedBatch {
  const tooMuch = sizeMistakes(changes, limits);
  if (tooMuch.length > 0) throw new Refusal('InvalidChangeBatch', tooMuch);
  for (const change of changes) {
    const mistake = shapeMistake(change);
    if (mistake !== undefined) throw new Refusal('InvalidInput', mistake);
  }
  const names = changes.flatMap(({ recordSet }) => namesIn(recordSet));
  const badNames = names.flatMap((name) => nameMistake(name) ?? []);
  if (badNames.length > 0) throw new Refusal('InvalidChangeBatch', unique(badNames));
  const canonical = changes.map(({ action, recordSet }) => ({ action, recordSet: canonicalSet(recordSet) }));
  requireHealthChecks(view, canonical);
  const messages = [...repeated(canonical), ...outsideMistakes(view.zone, canonical)];
  if (messages.length > 0) throw new Refusal('InvalidChangeBatch', unique(messages));

  const batch: Batch = { view, names: new Map(), messages: [], count: view.recordSetCount };
  const lastUpserts = lastUpsertsOf(canonical);
  for (const [index, change] of canonical.entries()) {
    applyChange(batch, change);
    if (change.action === 'DELETE') continue;
    const isUpsertedLater = (name: Name, type: string) => (lastUpserts.get(`${name} ${type}`) ?? -1) > index;
    const moment = { view, names: batch.names, isUpsertedLater };
    batch.messages.push(...conflictsOf(moment, change.recordSet, limits));
  }
  batch.messages.push(...apexMistakes(view, batch.names));
  if (batch.count > view.recordSetCount && batch.count > limits.recordSetsPerZone) {
    batch.messages.push(`Number of records limit of ${limits.recordSetsPerZone} exceeded.`);
  }
  if (batch.messages.length > 0) throw new Refusal('InvalidChangeBatch', unique(batch.messages));
  return { names: batch.names, recordSetCount: batch.count };
}

type Batch = {
  view: ZoneView;
  names: Map<Name, readonly ResourceRecordSet[]>;
  messages: string[];
  count: number;
};

function applyChange(batch: Batch, { action, recordSet }: RequestedChange): void {
  const { view, names, messages } = batch;
  const there = names.get(recordSet.name) ?? view.recordSetsAt(recordSet.name);
  const present = there.find((each) => isSameSet(each, recordSet));
  if (action === 'DELETE') {
    const tried = `Tried to delete resource record set ${nameSet(recordSet)}`;
    if (present === undefined) messages.push(`${tried} but it was not found`);
    else if (!matches(recordSet, present)) {
      messages.push(`${tried} but the values provided do not match the current values`);
    }
  } else {
    messages.push(...setMistakes(view.zone, recordSet));
    if (action === 'CREATE' && present !== undefined) {
      messages.push(`Tried to create resource record set ${nameSet(recordSet)} but it already exists`);
    }
  }
  const others = present === undefined ? there : there.filter((each) => each !== present);
  const after = action === 'DELETE' ? others : [...others, recordSet].sort(compareSets);
  batch.count += after.length - there.length;
  names.set(recordSet.name, after);
}

/** The index of the last UPSERT of each name and type. */
function lastUpsertsOf(changes: readonly RequestedChange[]): Map<string, number> {
  const last = new Map<string, number>();
  for (const [index, { action, recordSet }] of changes.entries())
    if (action === 'UPSERT') last.set(`${recordSet.name} ${recordSet.type}`, index);
  return last;
}

function namesIn({ name, alias }: ResourceRecordSet): string[] {
  return alias === undefined ? [name] : [name, alias.dnsName];
}

function sizeMistakes(changes: readonly RequestedChange[], limits: Limits): string[] {
  let records = 0;
  let characters = 0;
  for (const { action, recordSet } of changes) {
    const times = action === 'UPSERT' ? 2 : 1;
    const values = recordSet.values ?? [];
    records += times * Math.max(1, values.length);
    for (const value of values) characters += times * value.length;
  }
  const { recordsPerChangeBatch, charactersPerChangeBatch } = limits;
  return [
    ...(records > recordsPerChangeBatch
      ? [`Number of records limit of ${recordsPerChangeBatch} exceeded.`]
      : []),
    ...(characters > charactersPerChangeBatch
      ? [`Number of characters limit of ${charactersPerChangeBatch} exceeded.`]
      : []),
  ];
}

function requireHealthChecks(view: ZoneView, changes: readonly RequestedChange[]): void {
  for (const { action, recordSet } of changes) {
    const id = recordSet.healthCheckId;
    if (action !== 'DELETE' && id !== undefined && !view.hasHealthCheck(id)) {
      throw new Refusal('NoSuchHealthCheck', `No health check exists with the specified ID: ${id}`);
    }
  }
}

/** One record set may be in a batch once, or be deleted and then created. */
function repeated(changes: readonly RequestedChange[]): string[] {
  const seen = new Map<string, string>();
  const messages: string[] = [];
  for (const { action, recordSet } of changes) {
    const { name, type, setIdentifier } = recordSet;
    const key = JSON.stringify([name, type, setIdentifier]);
    const before = seen.get(key);
    if (before !== undefined && !(before === 'DELETE' && action === 'CREATE')) {
      messages.push(
        `The request contains an invalid set of changes for a resource record set '${type} ${formatRoute53Name(name)}'`,
      );
    }
    seen.set(key, before === undefined ? action : 'both');
  }
  return messages;
}

function outsideMistakes(zone: HostedZone, changes: readonly RequestedChange[]): string[] {
  return changes
    .filter(({ recordSet }) => isOutside(zone, recordSet.name))
    .map(
      ({ recordSet }) =>
        `RRSet with DNS name ${formatRoute53Name(recordSet.name)} is not permitted in zone ${formatRoute53Name(zone.name)}`,
    );
}

function unique(messages: readonly string[]): string[] {
  return [...new Set(messages)];
}
