import type { DatabaseSync } from 'node:sqlite';
import { RECORD_TYPES } from '../records/values.ts';
import { type Catalogue, createCatalogue, loadName, orderZones, putZone, tagKey } from './catalogue.ts';
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
import { readRevision } from './sqlite-file.ts';

/** Reads everything in a database into memory. */
export function loadCatalogue(database: DatabaseSync): Catalogue {
  const catalogue = createCatalogue();
  catalogue.revision = readRevision(database);
  const zones = new Map<number, string>();
  for (const { number, body } of rows(database, 'SELECT number, body FROM zones')) {
    const zone = JSON.parse(body as string) as HostedZone;
    zones.set(number as number, zone.id);
    putZone(catalogue, zone);
  }
  loadNames(database, catalogue, zones);
  const bodies = (from: string) =>
    Array.from(rows(database, `SELECT body FROM ${from}`), ({ body }) => JSON.parse(body as string));
  for (const check of bodies('health_checks') as HealthCheck[]) catalogue.healthChecks.set(check.id, check);
  for (const set of bodies('delegation_sets') as DelegationSet[]) catalogue.delegationSets.set(set.id, set);
  for (const each of bodies('cidr_collections') as CidrCollection[])
    catalogue.cidrCollections.set(each.id, each);
  for (const change of bodies('changes ORDER BY revision') as Change[])
    catalogue.changes.set(change.id, change);
  for (const { kind, id, body } of rows(database, 'SELECT kind, id, body FROM tags')) {
    const resource = { kind, id } as TaggedResource;
    catalogue.tags.set(tagKey(resource), JSON.parse(body as string) as Tags);
  }
  return catalogue;
}

function rows(database: DatabaseSync, query: string) {
  return database.prepare(query).iterate();
}

function loadNames(database: DatabaseSync, catalogue: Catalogue, zones: ReadonlyMap<number, string>): void {
  const query = database.prepare('SELECT zone, name, sets FROM names');
  // A million rows: as arrays they take half the time of objects with names.
  query.setReturnArrays(true);
  for (const row of query.iterate() as unknown as Iterable<[number, string, string]>) {
    const [zone, name, sets] = row;
    loadName(catalogue.zones.get(zones.get(zone)!)!, name, decodeSets(name, sets));
  }
  orderZones(catalogue);
}

const TYPES = new Map<string, string>(RECORD_TYPES.map((type) => [type, type]));

/**
 * The record sets of a name, as its row has them: `A 60 10.0.0.1` for a simple one with one value, which nearly all are and which is read in a
 * third of the time; JSON without the name for the others, which begins with a bracket.
 */
export function encodeSets(sets: readonly ResourceRecordSet[]): string {
  const [{ type, ttl, values = [], ...rest }] = sets as [ResourceRecordSet];
  const plain = sets.length === 1 && values.length === 1 && Object.keys(rest).length === 1;
  return plain ? `${type} ${ttl} ${values[0]}` : JSON.stringify(sets.map(({ name: _, ...set }) => set));
}

function decodeSets(name: string, text: string): ResourceRecordSet[] {
  if (text.startsWith('[')) {
    const sets = JSON.parse(text) as Omit<ResourceRecordSet, 'name'>[];
    return sets.map((set) => ({ name, ...set }));
  }
  const typeEnd = text.indexOf(' ');
  const ttlEnd = text.indexOf(' ', typeEnd + 1);
  // As `canonicalSet` makes them, so that all have one shape in memory.
  const type = TYPES.get(text.slice(0, typeEnd));
  if (type === undefined) throw new SyntaxError(`the row of ${name} is no record set`);
  const ttl = Number(text.slice(typeEnd + 1, ttlEnd));
  return [{ name, type, ttl, values: [text.slice(ttlEnd + 1)] }];
}
