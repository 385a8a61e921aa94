import { createStore } from './create-store.ts';
import { openStoreFile, readStoreFile } from './sqlite-file.ts';
import { createJournal } from './sqlite-journal.ts';
import { loadCatalogue } from './sqlite-load.ts';
import type { Store, StoreOptions } from './store.ts';

/**
 * A store in a file of SQLite, which is made where it is missing. One process has it open at a time. What is acknowledged is on the disk.
 * @throws StoreFileError
 */
export function openSqliteStore(path: string, options: StoreOptions): Store {
  const catalogue = readStoreFile(path, loadCatalogue);
  const database = openStoreFile(path, catalogue.revision);
  return createStore(catalogue, createJournal(database), options);
}
