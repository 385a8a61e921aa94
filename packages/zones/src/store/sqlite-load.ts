import type { DatabaseSync } from 'node:sqlite';
import { type Catalogue, createCatalogue, putName, putZone, tagKey } from './catalogue.ts';
import type {
  Change,
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
    putName(catalogue.zones.get(zones.get(zone)!)!, name, decodeSets(name, sets));
  }
}

/** The record sets of a name, as its row has them: without the name. */
export function encodeSets(sets: readonly ResourceRecordSet[]): string {
  return JSON.stringify(sets.map(({ name: _, ...rest }) => rest));
}

function decodeSets(name: string, text: string): ResourceRecordSet[] {
  const sets = JSON.parse(text) as ResourceRecordSet[];
  // The name first, as in `canonicalSet`: record sets of one kind have one shape in memory, and share the string.
  return sets.map(({ type, ttl, values, ...rest }) => {
    const set: ResourceRecordSet = { name, type };
    if (values !== undefined) {
      set.ttl = ttl;
      set.values = values;
    }
    return Object.assign(set, rest);
  });
}
