/**
 * The connections of TCP clients, of which there are only so many: in all, and from one address (RFC 7766 §6.2.2), so that one host cannot
 * take the place of the others. At a bound the idle one goes whose last query is longest ago; one with a query in flight never goes,
 * so where all are busy the new one does.
 */

export const MAX_CONNECTIONS = 1024;
export const MAX_PER_ADDRESS = 128;

export type Crowd<T> = {
  /** Takes a new connection in; returns who must be closed for it, which may be itself. */
  add(connection: T, address: string): T | undefined;
  /** A whole query has come, or an answer has gone; `busy`: a query is in flight now. */
  note(connection: T, busy: boolean): void;
  remove(connection: T): void;
  members(): T[];
};

/** In the order of their last query. */
type Group<T> = { idle: Set<T>; busy: Set<T> };

export function createCrowd<T>(): Crowd<T> {
  const all: Group<T> = { idle: new Set(), busy: new Set() };
  const groups = new Map<string, Group<T>>();
  const addresses = new Map<T, string>();

  function remove(connection: T): void {
    const address = addresses.get(connection);
    if (address === undefined) return;
    addresses.delete(connection);
    const group = groups.get(address)!;
    for (const { idle, busy } of [all, group]) {
      idle.delete(connection);
      busy.delete(connection);
    }
    if (sizeOf(group) === 0) groups.delete(address);
  }

  return {
    add(connection, address) {
      const group = groups.get(address) ?? { idle: new Set(), busy: new Set() };
      const full =
        sizeOf(group) >= MAX_PER_ADDRESS ? group : sizeOf(all) >= MAX_CONNECTIONS ? all : undefined;
      if (full && full.idle.size === 0) return connection;
      const [victim] = full?.idle ?? [];
      if (victim !== undefined) remove(victim);
      groups.set(address, group);
      addresses.set(connection, address);
      all.idle.add(connection);
      group.idle.add(connection);
      return victim;
    },

    note(connection, busy) {
      const address = addresses.get(connection);
      if (address === undefined) return;
      for (const group of [all, groups.get(address)!]) {
        group.idle.delete(connection);
        group.busy.delete(connection);
        (busy ? group.busy : group.idle).add(connection);
      }
    },

    remove,
    members: () => [...addresses.keys()],
  };
}

function sizeOf({ idle, busy }: Group<unknown>): number {
  return idle.size + busy.size;
}
