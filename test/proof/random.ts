/** A stream of random choices that a seed repeats (mulberry32). */
export type Random = {
  /** From 0 up to, not including, `below`. */
  number: (below: number) => number;
  chance: (probability: number) => boolean;
  one: <T>(items: readonly T[]) => T;
  /** `count` of them, in any order, each once. */
  some: <T>(items: readonly T[], count: number) => T[];
};

export function makeRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const number = (below: number) => Math.floor(next() * below);
  return {
    number,
    chance: (probability) => next() < probability,
    one: (items) => items[number(items.length)]!,
    some: (items, count) => {
      const rest = [...items];
      return Array.from(
        { length: Math.min(count, rest.length) },
        () => rest.splice(number(rest.length), 1)[0]!,
      );
    },
  };
}
