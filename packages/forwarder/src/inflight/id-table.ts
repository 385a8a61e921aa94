/**
 * Which attempt a response belongs to: (channel, transaction ID) → attempt, and what is in flight on each channel. Open addressing with
 * linear probing finds an entry; the entries of a channel are a doubly linked list. All of it is typed arrays of a fixed size, so that
 * nothing is allocated per query; deletion moves places back, so look-ups never slow down.
 *
 * A key is channel << 16 | ID. A place has the key beside the number of its entry; entries stay where they are.
 */
export type IdTable = {
  /** False where the key is taken or the table is full. */
  insert(key: number, value: number): boolean;
  /** The value, or -1. */
  find(key: number): number;
  remove(key: number): void;
  /** How many keys the channel has. */
  countOf(channel: number): number;
  /** The keys of a channel, as they are now, the latest first. */
  keysOf(channel: number): number[];
};

const NONE = -1;

/** Holds `capacity` entries; values are integers from 0 to 2^31 - 1, channels from 0 to `channels` - 1, at most 2^15. */
export function createIdTable(capacity: number, channels: number): IdTable {
  const places = 2 ** Math.ceil(Math.log2(capacity * 2));
  const mask = places - 1;
  const keys = new Int32Array(places).fill(NONE);
  const entries = new Int32Array(places);
  const keyOf = new Int32Array(capacity);
  const values = new Int32Array(capacity);
  /** Of a free entry: the next free one. */
  const after = new Int32Array(capacity);
  const before = new Int32Array(capacity);
  const first = new Int32Array(channels).fill(NONE);
  const counts = new Int32Array(channels);
  let free = NONE;
  /** Entries from here on have never been used: the memory of a quiet table is not touched. */
  let untouched = 0;

  function home(key: number): number {
    return (Math.imul(key, 0x9e3779b1) >>> 8) & mask;
  }

  function placeOf(key: number): number {
    let place = home(key);
    while (keys[place] !== key && keys[place] !== NONE) place = (place + 1) & mask;
    return place;
  }

  function takeEntry(): number {
    if (free === NONE) return untouched < capacity ? untouched++ : NONE;
    const entry = free;
    free = after[entry]!;
    return entry;
  }

  function unlink(entry: number, channel: number): void {
    const next = after[entry]!;
    const previous = before[entry]!;
    if (previous === NONE) first[channel] = next;
    else after[previous] = next;
    if (next !== NONE) before[next] = previous;
    counts[channel]!--;
    after[entry] = free;
    free = entry;
  }

  return {
    insert(key, value) {
      const place = placeOf(key);
      if (keys[place] === key) return false;
      const entry = takeEntry();
      if (entry === NONE) return false;
      const channel = key >>> 16;
      const next = first[channel]!;
      keys[place] = key;
      entries[place] = entry;
      keyOf[entry] = key;
      values[entry] = value;
      after[entry] = next;
      before[entry] = NONE;
      if (next !== NONE) before[next] = entry;
      first[channel] = entry;
      counts[channel]!++;
      return true;
    },
    find(key) {
      const place = placeOf(key);
      return keys[place] === key ? values[entries[place]!]! : -1;
    },
    remove(key) {
      let hole = placeOf(key);
      if (keys[hole] !== key) return;
      unlink(entries[hole]!, key >>> 16);
      for (let place = (hole + 1) & mask; keys[place] !== NONE; place = (place + 1) & mask) {
        // What stands here may move back into the hole unless its home lies between the hole and itself.
        if (((place - home(keys[place]!)) & mask) < ((place - hole) & mask)) continue;
        keys[hole] = keys[place]!;
        entries[hole] = entries[place]!;
        hole = place;
      }
      keys[hole] = NONE;
    },
    countOf: (channel) => counts[channel]!,
    keysOf(channel) {
      const found: number[] = [];
      for (let entry = first[channel]!; entry !== NONE; entry = after[entry]!) found.push(keyOf[entry]!);
      return found;
    },
  };
}
