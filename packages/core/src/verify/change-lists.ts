/** A single failure, by its place in the list of failures, and the verdict it leads to. */
export type Change = { readonly failure: number; readonly verdict: number };

/** The number of the list without changes. */
export const NO_CHANGES = 0;

/** Lists of changes by number. Most cells share theirs. Each is sorted by failure and has a failure once. */
export type ChangeLists = {
  readonly of: (id: number) => readonly Change[];
  readonly intern: (changes: readonly Change[]) => number;
  /** What a list makes of a verdict under a failure. */
  readonly under: (id: number, failure: number, verdict: number) => number;
};

export function makeChangeLists(): ChangeLists {
  const all: (readonly Change[])[] = [[]];
  const byKey = new Map<string, number>([['', NO_CHANGES]]);
  return {
    of: (id) => all[id]!,
    intern: (changes) => {
      const key = changes.map(({ failure, verdict }) => `${failure}:${verdict}`).join(' ');
      let id = byKey.get(key);
      if (id === undefined) {
        id = all.push(changes) - 1;
        byKey.set(key, id);
      }
      return id;
    },
    under: (id, failure, verdict) =>
      all[id]!.find((change) => change.failure === failure)?.verdict ?? verdict,
  };
}
