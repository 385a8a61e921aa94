/**
 * Which attempt a response belongs to: (socket, transaction ID) → attempt. Open addressing with linear probing on two typed arrays of
 * a fixed size, so that nothing is allocated per query; deletion moves entries back, so look-ups never slow down.
 */
export type IdTable = {
  /** False where the key is taken or the table is full. */
  insert(key: number, value: number): boolean;
  /** The value, or -1. */
  find(key: number): number;
  remove(key: number): void;
  /** The keys from `first` to `last`, as they are now. Looks at the whole table: for what happens rarely. */
  keysIn(first: number, last: number): number[];
};

const EMPTY = -1;

/** Holds `capacity` entries; keys and values are integers from 0 to 2^31 - 1. */
export function createIdTable(capacity: number): IdTable {
  const slots = 2 ** Math.ceil(Math.log2(capacity * 2));
  const mask = slots - 1;
  const keys = new Int32Array(slots).fill(EMPTY);
  const values = new Int32Array(slots);
  let used = 0;

  function home(key: number): number {
    return (Math.imul(key, 0x9e3779b1) >>> 8) & mask;
  }

  function slotOf(key: number): number {
    let slot = home(key);
    while (keys[slot] !== key && keys[slot] !== EMPTY) slot = (slot + 1) & mask;
    return slot;
  }

  return {
    insert(key, value) {
      if (used === capacity) return false;
      const slot = slotOf(key);
      if (keys[slot] === key) return false;
      keys[slot] = key;
      values[slot] = value;
      used++;
      return true;
    },
    find(key) {
      const slot = slotOf(key);
      return keys[slot] === key ? values[slot]! : -1;
    },
    remove(key) {
      let hole = slotOf(key);
      if (keys[hole] !== key) return;
      used--;
      for (let slot = (hole + 1) & mask; keys[slot] !== EMPTY; slot = (slot + 1) & mask) {
        // An entry may move back into the hole unless its home lies between the hole and itself.
        if (((slot - home(keys[slot]!)) & mask) < ((slot - hole) & mask)) continue;
        keys[hole] = keys[slot]!;
        values[hole] = values[slot]!;
        hole = slot;
      }
      keys[hole] = EMPTY;
    },
    keysIn(first, last) {
      const found: number[] = [];
      for (let slot = 0; slot < slots; slot++) {
        const key = keys[slot]!;
        if (key >= first && key <= last) found.push(key);
      }
      return found;
    },
  };
}
