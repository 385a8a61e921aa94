import type { DatabaseSync } from 'node:sqlite';
import { CHANGES_KEPT } from './catalogue.ts';
import { encodeSets } from './sqlite-load.ts';
import type { Mutation, StoreEvent } from './store.ts';

/** Gives what keeps an event as one transaction: on the disk when it returns. One that throws is taken back whole, and the next one may succeed. */
export function commitTo(database: DatabaseSync): (event: StoreEvent) => void {
  const write = prepareWrites(database);
  return (event) => {
    database.exec('BEGIN IMMEDIATE');
    try {
      writeEvent(write, event);
      database.exec('COMMIT');
    } catch (error) {
      // SQLite has taken some failures back already, a full disk among them.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
}

type Writes = ReturnType<typeof prepareWrites>;

function prepareWrites(database: DatabaseSync) {
  const zone = '(SELECT number FROM zones WHERE id = ?)';
  const put = (table: string) =>
    database.prepare(
      `INSERT INTO ${table} (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
    );
  const remove = (table: string, where = 'id = ?') => database.prepare(`DELETE FROM ${table} WHERE ${where}`);
  return {
    revision: database.prepare('UPDATE state SET revision = ?'),
    putZone: put('zones'),
    removeZone: remove('zones'),
    putName: database.prepare(
      `INSERT INTO names (zone, name, sets) VALUES (${zone}, ?, ?) ON CONFLICT (zone, name) DO UPDATE SET sets = excluded.sets`,
    ),
    removeName: remove('names', `zone = ${zone} AND name = ?`),
    removeNames: remove('names', `zone = ${zone}`),
    putChange: database.prepare('INSERT INTO changes (id, revision, body) VALUES (?, ?, ?)'),
    removeChanges: remove('changes', 'revision <= ?'),
    putHealthCheck: put('health_checks'),
    removeHealthCheck: remove('health_checks'),
    putDelegationSet: put('delegation_sets'),
    removeDelegationSet: remove('delegation_sets'),
    putCidrCollection: put('cidr_collections'),
    removeCidrCollection: remove('cidr_collections'),
    putTags: database.prepare(
      'INSERT INTO tags (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body',
    ),
    removeTags: remove('tags', 'kind = ? AND id = ?'),
  };
}

function writeEvent(write: Writes, { revision, mutations }: StoreEvent): void {
  for (const mutation of mutations) writeMutation(write, mutation);
  write.revision.run(revision);
}

function writeMutation(write: Writes, mutation: Mutation): void {
  switch (mutation.kind) {
    case 'zone':
      write.putZone.run(mutation.zone.id, JSON.stringify(mutation.zone));
      return;
    case 'zone-gone':
      write.removeNames.run(mutation.id);
      write.removeZone.run(mutation.id);
      write.removeTags.run('hostedzone', mutation.id);
      return;
    case 'names':
      for (const [name, sets] of mutation.names) {
        if (sets.length === 0) write.removeName.run(mutation.zoneId, name);
        else write.putName.run(mutation.zoneId, name, encodeSets(sets));
      }
      return;
    case 'change': {
      const { id, revision } = mutation.change;
      write.putChange.run(id, revision, JSON.stringify(mutation.change));
      write.removeChanges.run(revision - CHANGES_KEPT);
      return;
    }
    case 'health-check':
      write.putHealthCheck.run(mutation.healthCheck.id, JSON.stringify(mutation.healthCheck));
      return;
    case 'health-check-gone':
      write.removeHealthCheck.run(mutation.id);
      write.removeTags.run('healthcheck', mutation.id);
      return;
    case 'tags':
      write.putTags.run(mutation.resource.kind, mutation.resource.id, JSON.stringify(mutation.tags));
      return;
    case 'delegation-set':
      write.putDelegationSet.run(mutation.delegationSet.id, JSON.stringify(mutation.delegationSet));
      return;
    case 'delegation-set-gone':
      write.removeDelegationSet.run(mutation.id);
      return;
    case 'cidr-collection':
      write.putCidrCollection.run(mutation.cidrCollection.id, JSON.stringify(mutation.cidrCollection));
      return;
    case 'cidr-collection-gone':
      write.removeCidrCollection.run(mutation.id);
  }
}
