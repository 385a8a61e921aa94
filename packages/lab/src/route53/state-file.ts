import { DatabaseSync } from 'node:sqlite';
import { WorldError } from '../loopback/world-error.ts';
import type { Drift, DriftChange } from './drift.ts';
import { decodePart, encodePart } from './parts.ts';

/**
 * Drift on disk: a database of SQLite with a row for each part that is not as the file says. One world has it open at a time. A write of the API
 * is one transaction, on the disk before it is acknowledged.
 */
export type StateFile = {
  drift: Drift;
  /** Throws where it is not kept, and then nothing of it is. */
  append(changes: readonly DriftChange[]): void;
  /** Puts this in place of all that is there. */
  replace(drift: Drift): void;
  close(): void;
};

/** "PMDR", so that another program's database is not taken for ours. */
const APPLICATION_ID = 0x50_4d_44_52;

/** Result codes of SQLite: https://sqlite.org/rescode.html */
const BUSY = 5;

/** Makes the file where there is none. @throws WorldError for a file that is of something else, damaged, or open elsewhere; it stays as it is */
export function openStateFile(path: string, topology: string): StateFile {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE');
    prepare(path, database, topology);
    database.exec('COMMIT');
    return over(database, readDrift(path, database));
  } catch (error) {
    database?.close();
    throw explain(path, error);
  }
}

function prepare(path: string, database: DatabaseSync, topology: string): void {
  const value = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  if (value('schema_version') === 0) {
    database.exec(`PRAGMA application_id = ${APPLICATION_ID};
      CREATE TABLE topology (name TEXT NOT NULL);
      CREATE TABLE drift (key TEXT PRIMARY KEY, file TEXT NOT NULL, now TEXT NOT NULL) WITHOUT ROWID;`);
    database.prepare('INSERT INTO topology VALUES (?)').run(topology);
    return;
  }
  if (value('application_id') !== APPLICATION_ID) {
    throw new WorldError('foreign-state', `${path} is a database of another program; name another file`);
  }
  const damage = value('quick_check(1)');
  if (damage !== 'ok') throw damaged(path, String(damage));
  const { name } = database.prepare('SELECT name FROM topology').get() as { name: string };
  if (name === topology) return;
  throw new WorldError(
    'foreign-state',
    `${path} is the state of the topology ${name}, and not of ${topology}`,
  );
}

function readDrift(path: string, database: DatabaseSync): Drift {
  const rows = database.prepare('SELECT key, file, now FROM drift').all();
  try {
    return new Map(
      rows.map(({ key, file, now }) => [
        key as string,
        { file: decodePart(file as string), now: decodePart(now as string) },
      ]),
    );
  } catch (error) {
    throw damaged(path, (error as Error).message);
  }
}

function over(database: DatabaseSync, drift: Drift): StateFile {
  const put = database.prepare('INSERT OR REPLACE INTO drift (key, file, now) VALUES (?, ?, ?)');
  const remove = database.prepare('DELETE FROM drift WHERE key = ?');
  const transact = (write: () => void) => {
    database.exec('BEGIN');
    try {
      write();
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
  const append = (changes: readonly Pick<DriftChange, 'key' | 'after'>[]) =>
    transact(() => {
      for (const { key, after } of changes) {
        if (after === undefined) remove.run(key);
        else put.run(key, encodePart(after.file), encodePart(after.now));
      }
    });
  return {
    drift,
    append,
    replace: (kept) =>
      transact(() => {
        database.exec('DELETE FROM drift');
        for (const [key, { file, now }] of kept) put.run(key, encodePart(file), encodePart(now));
      }),
    close: () => database.close(),
  };
}

function damaged(path: string, reason: string): WorldError {
  return new WorldError(
    'damaged-state',
    `the state ${path} is damaged (${reason}); it was not touched: restore it from a copy, or name another file`,
  );
}

function explain(path: string, error: unknown): Error {
  if (error instanceof WorldError || !(error instanceof Error)) return error as Error;
  const code = 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  if (code === BUSY) return new WorldError('state-in-use', `the state ${path} is in use by another world`);
  return new WorldError('bad-state', `cannot open the state ${path}: ${error.message}`);
}
