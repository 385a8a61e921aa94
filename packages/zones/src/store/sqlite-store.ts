import { createStore } from './create-store.ts';
import { readStoreFile } from './sqlite-file.ts';
import { loadCatalogue } from './sqlite-load.ts';
import { startWriter } from './sqlite-writer.ts';
import type { Store, StoreOptions } from './store.ts';

/**
 * A store in a file of SQLite, which is made where it is missing. One process has it open at a time. What is acknowledged is on the disk.
 * @throws StoreFileError
 */
export async function openSqliteStore(path: string, options: StoreOptions): Promise<Store> {
  const catalogue = readStoreFile(path, loadCatalogue);
  return createStore(catalogue, await startWriter(path, catalogue.revision), options);
}
