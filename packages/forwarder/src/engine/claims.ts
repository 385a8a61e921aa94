/**
 * Which worker has a question in flight, so that it is asked once although several workers may be asked it. A claim is a word of shared
 * memory chosen by the question's hash. Two questions that share a word are both asked; a claim only ever avoids work.
 */
export type Claims = {
  /** Claims the question for this worker: the claim's index, or -1 where there is none to be had, or -2 - W where worker W has it. */
  take(hash: number): number;
  release(claim: number): void;
};

const WORDS = 1 << 16;

export function createClaimMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(WORDS * 4);
}

export function openClaims(memory: SharedArrayBuffer, worker: number): Claims {
  const words = new Int32Array(memory);
  return {
    take(hash) {
      const index = hash & (WORDS - 1);
      const tag = (hash >>> 8) << 8;
      const mine = tag | (worker + 1);
      const held = Atomics.compareExchange(words, index, 0, mine);
      if (held === 0) return index;
      const owner = (held & 0xff) - 1;
      return (held & ~0xff) === tag && owner !== worker ? -2 - owner : -1;
    },
    release(claim) {
      Atomics.store(words, claim, 0);
    },
  };
}
