import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * The database file of a store: made whole or not at all, looked at before it is written to, and held by one process.
 * `write-ahead log, synchronous = FULL`: a transaction is on the disk before its COMMIT returns (https://sqlite.org/pragma.html#pragma_synchronous).
 */

/** A file that no store can be opened from. It is as it was. */
export class StoreFileError extends Error {
  readonly code: 'damaged' | 'foreign' | 'in-use' | 'newer' | 'unreachable';
  constructor(code: StoreFileError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreFileError';
    this.code = code;
  }
}

/** "PNTZ", so that another program's database is not taken for ours. */
const APPLICATION_ID = 0x50_4e_54_5a;
const VERSION = 2;

const CIDR_COLLECTIONS = 'CREATE TABLE cidr_collections (id TEXT PRIMARY KEY, body TEXT NOT NULL);';

/** What brings a file from a version to the next one, by the version that it has. */
const UPGRADES: Readonly<Record<number, string>> = { 1: CIDR_COLLECTIONS };

const TABLES = `
  CREATE TABLE state (revision INTEGER NOT NULL);
  INSERT INTO state VALUES (0);
  CREATE TABLE zones (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL);
  CREATE TABLE names (zone INTEGER NOT NULL, name TEXT NOT NULL, sets TEXT NOT NULL, PRIMARY KEY (zone, name)) WITHOUT ROWID;
  CREATE TABLE changes (id TEXT PRIMARY KEY, revision INTEGER NOT NULL UNIQUE, body TEXT NOT NULL);
  CREATE TABLE health_checks (id TEXT PRIMARY KEY, body TEXT NOT NULL);
  CREATE TABLE delegation_sets (id TEXT PRIMARY KEY, body TEXT NOT NULL);
  ${CIDR_COLLECTIONS}
  CREATE TABLE tags (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id));
`;

/** Milliseconds for which a lock is waited: of two processes that open a file at the same time one shall have it. */
const PATIENCE = 3000;

/** Result codes of SQLite: https://sqlite.org/rescode.html */
const BUSY = 5;
const CORRUPT = 11;
const NOTADB = 26;

/**
 * Makes the file where there is none, or brings one of an older version up to this one, then gives it to `load`, without writing to it.
 * @throws StoreFileError
 */
export function readStoreFile<Loaded>(path: string, load: (database: DatabaseSync) => Loaded): Loaded {
  if (!existsSync(path)) createFile(path);
  if (statSync(path).size === 0) {
    throw damaged(path, 'it is empty, which no database of a store ever is');
  }
  return guarded(path, () => {
    const read = <Result>(act: (database: DatabaseSync) => Result): Result => {
      const database = new DatabaseSync(path, { readOnly: true, timeout: PATIENCE });
      try {
        inspect(path, database);
        return act(database);
      } finally {
        database.close();
      }
    };
    if (read(versionOf) < VERSION) upgradeFile(path);
    return read(load);
  });
}

/** All steps in one transaction: a process that dies half-way leaves the file at the version it had. */
function upgradeFile(path: string): void {
  const database = new DatabaseSync(path, { timeout: PATIENCE });
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE');
    for (let version = versionOf(database); version < VERSION; version++) database.exec(UPGRADES[version]!);
    database.exec(`PRAGMA user_version = ${VERSION}; COMMIT`);
  } finally {
    database.close();
  }
}

function versionOf(database: DatabaseSync): number {
  return database.prepare('PRAGMA user_version').get()!.user_version as number;
}

/** Opens the file to be written to, by this process alone. @throws StoreFileError, also where it has another revision than was read. */
export function openStoreFile(path: string, revision: number): DatabaseSync {
  return guarded(path, () => {
    const database = new DatabaseSync(path, { timeout: PATIENCE });
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE; COMMIT');
      if (readRevision(database) !== revision) throw inUse(path);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

export function readRevision(database: DatabaseSync): number {
  return database.prepare('SELECT revision FROM state').get()!.revision as number;
}

/**
 * Under another name first: a process that dies half-way leaves nothing that looks like a store. The name is then given by a link, which fails where
 * another process was faster, and so never takes the place of a file that has been written to.
 */
function createFile(path: string): void {
  // A log that another process has begun meanwhile has its file beside it.
  if (existsSync(`${path}-wal`) && !existsSync(path)) {
    throw damaged(
      path,
      `it is gone, while its log ${path}-wal is there: put both back from where they were moved to`,
    );
  }
  const draft = `${path}.${process.pid}.new`;
  guarded(path, () => {
    rmSync(draft, { force: true });
    const database = new DatabaseSync(draft);
    try {
      database.exec(
        `PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${VERSION}; BEGIN; ${TABLES} COMMIT`,
      );
    } finally {
      database.close();
    }
    try {
      linkSync(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft);
    }
    const folder = openSync(dirname(path), 'r');
    fsyncSync(folder);
    closeSync(folder);
  });
}

function inspect(path: string, database: DatabaseSync): void {
  const value = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number;
  if (value('application_id') !== APPLICATION_ID) {
    throw new StoreFileError('foreign', `${path} is a database of another program`);
  }
  if (versionOf(database) > VERSION) {
    throw new StoreFileError(
      'newer',
      `${path} was written by a newer version of Pointsman: use that one, or another file`,
    );
  }
  const logged = existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0;
  const expected = value('page_count') * value('page_size');
  const { size } = statSync(path);
  if (!logged && size < expected) {
    throw damaged(path, `it has ${size} bytes of the ${expected} it should have`);
  }
}

function damaged(path: string, reason: string, cause?: unknown): StoreFileError {
  return new StoreFileError(
    'damaged',
    `the database ${path} is damaged: ${reason}. It was not touched; restore it from a copy, or name another file`,
    { cause },
  );
}

function inUse(path: string): StoreFileError {
  return new StoreFileError('in-use', `the database ${path} is in use by another process`);
}

function guarded<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (error instanceof StoreFileError || !(error instanceof Error)) throw error;
    const code = 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
    if (code === BUSY) throw inUse(path);
    // A row that cannot be read as what it should be is damage that SQLite does not see.
    if (code === CORRUPT || code === NOTADB || error instanceof SyntaxError)
      throw damaged(path, error.message, error);
    throw new StoreFileError('unreachable', `cannot open the database ${path}: ${error.message}`, {
      cause: error,
    });
  }
}
