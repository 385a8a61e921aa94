/** A worker as the main thread sees it: told what to do, and asked for reports. */
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { startThread } from '../thread/start-thread.ts';
import type { Command, Report, WorkerSetup } from './messages.ts';

export type WorkerHandle = {
  send(command: Command): void;
  /** The worker's next report of this kind, as `kindOf` has it. Rejects where the worker fails or dies first. */
  report<T extends Report['type']>(kind: Kind<T>): Promise<Extract<Report, { type: T }>>;
  /** Tells that the worker has ended, once: by which error, or that it did. */
  onEnd(listener: (error: Error) => void): void;
  /** Resolves when its thread has ended. */
  stop(): Promise<void>;
};

/** What a report answers: its type, and the number of the command, where there may be several under way. */
type Kind<T extends Report['type']> = T | `${T} ${number}`;
type Waiting = { resolve(report: Report): void; reject(error: Error): void };

export function startWorkers(setup: Omit<WorkerSetup, 'worker' | 'peers'>, count: number): WorkerHandle[] {
  const peers = Array.from({ length: count }, (): WorkerSetup['peers'] => []);
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const { port1, port2 } = new MessageChannel();
      peers[a]!.push([b, port1]);
      peers[b]!.push([a, port2]);
    }
  }
  return peers.map((ports, worker) => {
    const transferList = ports.map(([, port]): MessagePort => port);
    return createHandle(
      startThread(new URL('./worker.ts', import.meta.url), {
        workerData: { ...setup, worker, peers: ports } satisfies WorkerSetup,
        transferList,
      }),
    );
  });
}

/** One listener of each kind, however many wait for reports. */
function createHandle(worker: Worker): WorkerHandle {
  const waiting = new Map<string, Waiting>();
  const endListeners: ((error: Error) => void)[] = [];
  let end: Error | undefined;

  function rejectAll(error: Error): void {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  }

  /** An error ends it, and is told again as an exit. */
  function ended(error: Error): void {
    if (end) return;
    end = error;
    rejectAll(error);
    for (const listener of endListeners) listener(error);
  }

  worker.on('error', ended);
  worker.on('exit', (code) => ended(new Error(`a worker ended with code ${code}`)));
  worker.on('message', (report: Report) => {
    if (report.type === 'failed')
      return rejectAll(Object.assign(new Error(report.message), { code: report.code }));
    const kind = kindOf(report);
    waiting.get(kind)?.resolve(report);
    waiting.delete(kind);
  });

  return {
    send: (command) => worker.postMessage(command),
    report<T extends Report['type']>(kind: Kind<T>) {
      if (end) return Promise.reject(end);
      const { promise, resolve, reject } = Promise.withResolvers<Extract<Report, { type: T }>>();
      waiting.set(kind, { resolve: resolve as Waiting['resolve'], reject });
      return promise;
    },
    onEnd: (listener) => endListeners.push(listener),
    async stop() {
      // A worker that has crashed has no thread any more and will not say again that it ended.
      if (worker.threadId === -1) return;
      const exit = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage({ type: 'stop' } satisfies Command);
      await exit;
    },
  };
}

function kindOf(report: Report): string {
  if (report.type === 'stats') return `stats ${report.request}`;
  return report.type === 'reloaded' ? `reloaded ${report.epoch}` : report.type;
}
