/** Runs actions one after the other where they have a key in common, and at once where they have none. */
export type KeyLocks = {
  /** Resolves and rejects as the action does. */
  run<Result>(keys: readonly string[], action: () => Result | Promise<Result>): Promise<Result>;
};

export function createKeyLocks(): KeyLocks {
  /** By key, the end of the last action that has it. An action waits for all of its keys from the same moment, so none can wait for each other. */
  const tails = new Map<string, Promise<unknown>>();
  return {
    run: async (keys, action) => {
      const before = Promise.all(keys.map((key) => tails.get(key)));
      const result = before.then(() => action());
      const tail = result.then(
        () => undefined,
        () => undefined,
      );
      for (const key of keys) tails.set(key, tail);
      try {
        return await result;
      } finally {
        for (const key of keys) if (tails.get(key) === tail) tails.delete(key);
      }
    },
  };
}
