import { parentPort, workerData } from 'node:worker_threads';
import { openStoreFile, StoreFileError } from './sqlite-file.ts';
import { commitTo } from './sqlite-journal.ts';
import type { WriterCommand, WriterReport, WriterSetup } from './sqlite-messages.ts';

/** The thread that writes a store's file, and waits for the disk so that nobody else has to. */

const { path, revision } = workerData as WriterSetup;
const store = parentPort!;

function report(message: WriterReport): void {
  store.postMessage(message);
}

try {
  const database = openStoreFile(path, revision);
  const commit = commitTo(database);
  store.on('message', (command: WriterCommand) => {
    if (command.kind === 'close') {
      database.close();
      process.exit(0);
    }
    try {
      commit(command.event);
      report({ kind: 'kept' });
    } catch (error) {
      report({ kind: 'not-kept', message: (error as Error).message });
    }
  });
  report({ kind: 'open' });
} catch (error) {
  if (!(error instanceof StoreFileError)) throw error;
  report({ kind: 'not-open', code: error.code, message: error.message });
}
