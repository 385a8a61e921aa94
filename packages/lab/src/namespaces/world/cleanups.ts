/** What has to be undone, the latest first. */
export type Cleanups = {
  add: (undo: () => unknown) => void;
  /** Undoes all of it, also where some of it fails: then it rejects with the first failure, when all is done. */
  run: () => Promise<void>;
};

export function makeCleanups(): Cleanups {
  const undoes: (() => unknown)[] = [];
  return {
    add: (undo) => undoes.push(undo),
    run: async () => {
      const failures: unknown[] = [];
      for (let undo = undoes.pop(); undo; undo = undoes.pop()) {
        try {
          await undo();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
