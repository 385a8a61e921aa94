import type { Name } from '@pointsman/core/dns';
import { sortKey } from '../records/names.ts';
import { compareSets, compareText } from '../records/record-sets.ts';
import type {
  Change,
  CidrCollection,
  DelegationSet,
  HealthCheck,
  HostedZone,
  ResourceRecordSet,
  TaggedResource,
  Tags,
} from './model.ts';
import { addName, namesFrom, type OrderedNames, orderNames, removeName } from './ordered-names.ts';
import type { Mutation, RecordSetPage, StoreEvent, StoreReads } from './store.ts';

/** Everything that a store keeps, in memory. Changed by `applyEvent` only. */
export type Catalogue = {
  revision: number;
  zones: Map<string, ZoneContents>;
  /** By name and ID. */
  sorted: ZoneContents[];
  /** What `sorted` holds; made anew when asked for after a change. */
  listed: readonly HostedZone[] | undefined;
  changes: Map<string, Change>;
  healthChecks: Map<string, HealthCheck>;
  delegationSets: Map<string, DelegationSet>;
  cidrCollections: Map<string, CidrCollection>;
  tags: Map<string, Tags>;
};

type ZoneContents = {
  zone: HostedZone;
  key: string;
  nodes: Map<Name, readonly ResourceRecordSet[]>;
  count: number;
  /** The names of `nodes`. Kept at all times: to order many at the first listing would hold up DNS. */
  ordered: OrderedNames;
};

/** GetChange knows this many of the latest changes: clients poll for seconds. */
export const CHANGES_KEPT = 10_000;

export function createCatalogue(): Catalogue {
  return {
    revision: 0,
    zones: new Map(),
    sorted: [],
    listed: undefined,
    changes: new Map(),
    healthChecks: new Map(),
    delegationSets: new Map(),
    cidrCollections: new Map(),
    tags: new Map(),
  };
}

export function applyEvent(catalogue: Catalogue, { revision, mutations }: StoreEvent): void {
  for (const mutation of mutations) applyMutation(catalogue, mutation);
  catalogue.revision = revision;
}

function applyMutation(catalogue: Catalogue, mutation: Mutation): void {
  switch (mutation.kind) {
    case 'zone':
      return putZone(catalogue, mutation.zone);
    case 'zone-gone':
      return removeZone(catalogue, mutation.id);
    case 'names': {
      const contents = catalogue.zones.get(mutation.zoneId)!;
      for (const [name, sets] of mutation.names) putName(contents, name, sets);
      return;
    }
    case 'change':
      return putChange(catalogue.changes, mutation.change);
    case 'health-check':
      catalogue.healthChecks.set(mutation.healthCheck.id, mutation.healthCheck);
      return;
    case 'health-check-gone':
      catalogue.healthChecks.delete(mutation.id);
      catalogue.tags.delete(tagKey({ kind: 'healthcheck', id: mutation.id }));
      return;
    case 'tags':
      catalogue.tags.set(tagKey(mutation.resource), mutation.tags);
      return;
    case 'delegation-set':
      catalogue.delegationSets.set(mutation.delegationSet.id, mutation.delegationSet);
      return;
    case 'delegation-set-gone':
      catalogue.delegationSets.delete(mutation.id);
      return;
    case 'cidr-collection':
      catalogue.cidrCollections.set(mutation.cidrCollection.id, mutation.cidrCollection);
      return;
    case 'cidr-collection-gone':
      catalogue.cidrCollections.delete(mutation.id);
  }
}

export function putZone(catalogue: Catalogue, zone: HostedZone): void {
  const present = catalogue.zones.get(zone.id);
  catalogue.listed = undefined;
  if (present !== undefined) {
    present.zone = zone;
    return;
  }
  const contents: ZoneContents = {
    zone,
    key: `${sortKey(zone.name)} ${zone.id}`,
    nodes: new Map(),
    count: 0,
    ordered: orderNames([]),
  };
  catalogue.zones.set(zone.id, contents);
  catalogue.sorted.splice(placeOf(catalogue.sorted, contents.key), 0, contents);
}

function removeZone(catalogue: Catalogue, id: string): void {
  const { key } = catalogue.zones.get(id)!;
  catalogue.sorted.splice(placeOf(catalogue.sorted, key), 1);
  catalogue.listed = undefined;
  catalogue.zones.delete(id);
  catalogue.tags.delete(tagKey({ kind: 'hostedzone', id }));
}

/** The first index whose key is not before `key`. */
function placeOf(sorted: readonly ZoneContents[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function putName(contents: ZoneContents, name: Name, sets: readonly ResourceRecordSet[]): void {
  const { nodes, ordered } = contents;
  contents.count += sets.length - (nodes.get(name)?.length ?? 0);
  if (sets.length === 0) {
    if (nodes.delete(name)) removeName(ordered, name);
    return;
  }
  if (!nodes.has(name)) addName(ordered, name);
  nodes.set(name, sets);
}

/** Puts a name that is not there. Names are in order again after `orderZones`: once for all of them costs much less than at each. */
export function loadName({ nodes }: ZoneContents, name: Name, sets: readonly ResourceRecordSet[]): void {
  nodes.set(name, sets);
}

export function orderZones({ zones }: Catalogue): void {
  for (const contents of zones.values()) {
    contents.ordered = orderNames(contents.nodes.keys());
    contents.count = 0;
    for (const sets of contents.nodes.values()) contents.count += sets.length;
  }
}

function putChange(changes: Map<string, Change>, change: Change): void {
  changes.set(change.id, change);
  if (changes.size > CHANGES_KEPT) changes.delete(changes.keys().next().value!);
}

export function tagKey({ kind, id }: TaggedResource): string {
  return `${kind}/${id}`;
}

const NONE: readonly never[] = [];
const NO_TAGS: Tags = {};

/** The reads of a store, over a catalogue that changes below them. */
export function readsOf(catalogue: Catalogue): StoreReads {
  return {
    revision: () => catalogue.revision,
    zone: (id) => catalogue.zones.get(id)?.zone,
    zones: () => {
      catalogue.listed ??= catalogue.sorted.map(({ zone }) => zone);
      return catalogue.listed;
    },
    recordSetCount: (zoneId) => catalogue.zones.get(zoneId)?.count ?? 0,
    recordSets: (zoneId, start, max) => listPage(catalogue.zones.get(zoneId), start, max),
    recordSetsAt: (zoneId, name) => catalogue.zones.get(zoneId)?.nodes.get(name) ?? NONE,
    names: (zoneId) => catalogue.zones.get(zoneId)?.nodes.keys() ?? NONE.values(),
    change: (id) => catalogue.changes.get(id),
    healthCheck: (id) => catalogue.healthChecks.get(id),
    healthChecks: () => byId(catalogue.healthChecks.values()),
    tags: (resource) => catalogue.tags.get(tagKey(resource)) ?? NO_TAGS,
    delegationSet: (id) => catalogue.delegationSets.get(id),
    delegationSets: () => byId(catalogue.delegationSets.values()),
    cidrCollection: (id) => catalogue.cidrCollections.get(id),
    cidrCollections: () => byId(catalogue.cidrCollections.values()),
  };
}

function byId<Kept extends { id: string }>(kept: Iterable<Kept>): Kept[] {
  return [...kept].sort((a, b) => compareText(a.id, b.id));
}

function listPage(
  contents: ZoneContents | undefined,
  start: Parameters<StoreReads['recordSets']>[1],
  max: number,
): RecordSetPage {
  const recordSets: ResourceRecordSet[] = [];
  if (contents === undefined) return { recordSets, next: undefined };
  for (const name of namesFrom(contents.ordered, start?.name)) {
    for (const set of contents.nodes.get(name)!) {
      if (start?.type !== undefined && isBefore(name, set, { ...start, type: start.type })) continue;
      if (recordSets.length === max) {
        const { type, setIdentifier } = set;
        return { recordSets, next: { name, type, setIdentifier } };
      }
      recordSets.push(set);
    }
  }
  return { recordSets, next: undefined };
}

/** True for the record sets of the start's own name that come before it. */
function isBefore(
  name: Name,
  set: ResourceRecordSet,
  start: { name: Name; type: string; setIdentifier?: string | undefined },
): boolean {
  return name === start.name && compareSets(set, start) < 0;
}
