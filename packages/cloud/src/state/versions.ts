/** What a service remembers: records that never change, by their IDs, in tables. */
export type Tables = { readonly [table: string]: ReadonlyMap<string, object> };

type RecordOf<Table> = Table extends ReadonlyMap<string, infer Value> ? Value : never;

/** A record in place of the one that was there; undefined: none any more. */
export type Edit<State extends Tables> = {
  [Table in keyof State]: { table: Table; id: string; record: RecordOf<State[Table]> | undefined };
}[keyof State];

/** An edit that was made. */
export type Change<State extends Tables> = {
  [Table in keyof State]: {
    table: Table;
    id: string;
    before: RecordOf<State[Table]> | undefined;
    after: RecordOf<State[Table]> | undefined;
  };
}[keyof State];

/** A state in its versions. Each write makes a new one, which shares with the one before all tables that the write leaves alone. */
export type Versions<State extends Tables> = {
  /** As it is. */
  now(): State;
  /** As it was `lag` milliseconds ago: what an eventually consistent read sees. */
  seen(): State;
  /** All edits or none, as one version. */
  write(edits: readonly Edit<State>[]): void;
  /** Calls `see` with each write from now on, once `now` shows it. Gives what ends it. */
  watch(see: (changes: readonly Change<State>[]) => void): () => void;
};

export type VersionsOptions = {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Milliseconds; versions are kept only while it is above zero, and only as many as it needs. */
  lag: () => number;
};

export function createVersions<State extends Tables>(
  empty: State,
  { now, lag }: VersionsOptions,
): Versions<State> {
  let current = empty;
  /** Versions that were replaced, the oldest first, each with the time when it was. */
  let past: { state: State; until: number }[] = [];
  const watchers = new Set<(changes: readonly Change<State>[]) => void>();
  const forget = () => {
    const oldest = now() - lag();
    const kept = past.findIndex(({ until }) => until > oldest);
    past = kept < 0 ? [] : past.slice(kept);
  };
  return {
    now: () => current,
    seen: () => {
      forget();
      return past[0]?.state ?? current;
    },
    write: (edits) => {
      const changes = edits.map(({ table, id, record }) => ({
        table,
        id,
        before: current[table]!.get(id),
        after: record,
      })) as Change<State>[];
      if (lag() > 0) past.push({ state: current, until: now() });
      forget();
      current = applyEdits(current, edits);
      for (const see of watchers) see(changes);
    },
    watch: (see) => {
      watchers.add(see);
      return () => watchers.delete(see);
    },
  };
}

function applyEdits<State extends Tables>(state: State, edits: readonly Edit<State>[]): State {
  const copies = new Map<keyof State, Map<string, object>>();
  for (const { table, id, record } of edits) {
    const copy = copies.get(table) ?? new Map(state[table]);
    copies.set(table, copy);
    if (record === undefined) copy.delete(id);
    else copy.set(id, record);
  }
  return { ...state, ...Object.fromEntries(copies) };
}
