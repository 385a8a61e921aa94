/**
 * Which worker has a question in flight, so that it is asked once although several workers may be asked it. A claim is a word of shared
 * memory chosen by the question's hash. Two questions that share a word are both asked; a claim only ever avoids work.
 */
export type Claims = {
  /** Claims the question for this worker: the claim's index, or -1 where there is none to be had, or -2 - W where worker W has it. */
  take(hash: number): number;
  /** Which other worker has claimed the question; -1: none. */
  holder(hash: number): number;
  release(claim: number): void;
};

/** A claim has eight bits for its worker, and 0 is nobody. */
export const MAX_WORKERS = 255;

const WORDS = 1 << 16;

export function createClaimMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(WORDS * 4);
}

/** `worker`: 0 to MAX_WORKERS - 1. */
export function openClaims(memory: SharedArrayBuffer, worker: number): Claims {
  const words = new Int32Array(memory);

  /** The other worker of a claim on this question. */
  function otherThan(held: number, hash: number): number {
    const owner = (held & 0xff) - 1;
    return held !== 0 && (held ^ hash) >>> 8 === 0 && owner !== worker ? owner : -1;
  }

  return {
    take(hash) {
      const index = hash & (WORDS - 1);
      const held = Atomics.compareExchange(words, index, 0, (hash & ~0xff) | (worker + 1));
      if (held === 0) return index;
      const owner = otherThan(held, hash);
      return owner < 0 ? -1 : -2 - owner;
    },
    holder: (hash) => otherThan(Atomics.load(words, hash & (WORDS - 1)), hash),
    release(claim) {
      Atomics.store(words, claim, 0);
    },
  };
}
