import type { Worker } from 'node:worker_threads';

/** A thread that the process cannot do without: where it ends by itself, the process ends with the reason. */
export type VitalThread = {
  /** From now on it may end; resolves when it has. Whoever calls tells it to. */
  end(): Promise<void>;
};

export function watchThread(worker: Worker, name: string): VitalThread {
  const exited = Promise.withResolvers<void>();
  let mayEnd = false;
  let cause: unknown;
  worker.on('error', (error) => {
    cause = error;
  });
  worker.on('exit', (code) => {
    exited.resolve();
    if (!mayEnd) throw new Error(`${name} has ended by itself, with code ${code}`, { cause });
  });
  return {
    end: () => {
      mayEnd = true;
      return exited.promise;
    },
  };
}
