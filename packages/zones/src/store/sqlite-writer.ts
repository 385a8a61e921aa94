import { once } from 'node:events';
import { startThread } from '@pointsman/forwarder/thread';
import { watchThread } from '../vital-thread.ts';
import type { Journal } from './create-store.ts';
import { StoreFileError } from './sqlite-file.ts';
import type { WriterCommand, WriterReport, WriterSetup } from './sqlite-messages.ts';

/**
 * A journal in a file of SQLite, written by a thread of its own (sqlite-thread.ts), which holds the file. Without that thread the process ends: nobody could say
 * what of the latest write is on the disk.
 * @throws StoreFileError
 */
export async function startWriter(path: string, revision: number): Promise<Journal> {
  const setup: WriterSetup = { path, revision };
  const worker = startThread(new URL('./sqlite-thread.ts', import.meta.url), { workerData: setup });
  const [first] = (await once(worker, 'message')) as [WriterReport];
  if (first.kind === 'not-open') {
    throw new StoreFileError(first.code, first.message);
  }
  const thread = watchThread(worker, `The thread that writes ${path}`);
  const waiting: PromiseWithResolvers<void>[] = [];
  worker.on('message', (report: WriterReport) => {
    const { resolve, reject } = waiting.shift()!;
    if (report.kind === 'not-kept') reject(new Error(report.message));
    else resolve();
  });
  const command = (message: WriterCommand) => worker.postMessage(message);
  return {
    append: (event) => {
      const kept = Promise.withResolvers<void>();
      waiting.push(kept);
      command({ kind: 'append', event });
      return kept.promise;
    },
    close: async () => {
      command({ kind: 'close' });
      await thread.end();
    },
  };
}
