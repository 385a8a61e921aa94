/**
 * The cache's memory: shards, each a SharedArrayBuffer that all workers map.
 * ```
 * shard   | control | buckets ...             | ring of entries ...              |
 * control   word 0: sequence (odd while a writer is inside)   word 1: head, where the next entry goes   word 2: entries held
 * bucket    8 hashes, 8 places (place: offset in the ring in units of 8 bytes, plus one; 0: empty)
 * entry     header (10 words) | key, padded to words | body | tail | TTL offsets (u16 each)      (padded to 8 bytes)
 * ```
 * The ring is always full of blocks, back to back: entries, and fillers (a negative size and nothing else). A new entry takes the blocks at
 * the head, so the oldest go first; an entry that is asked for while it is about to be overwritten is copied to the head.
 *
 * Invariants: a place in a bucket points to a live entry; a block's size never crosses the ring's end. Readers take no lock: they
 * read, then check that the sequence has not moved. A writer that finds another one inside gives up: it is only a cache.
 */

export const CONTROL_WORDS = 16;
export const SEQUENCE = 0;
export const HEAD = 1;
export const ENTRIES = 2;

export const WAYS = 8;
export const BUCKET_WORDS = WAYS * 2;

export const ENTRY_WORDS = 10;
/** Header words of an entry, from its first word. */
export const SIZE = 0; // in units of 8 bytes; negative: a filler
export const HASH = 1;
export const STORED_AT = 2; // seconds on the shared clock
export const LIFETIME = 3; // seconds
export const EPOCH = 4; // of the rule set it was last found true under
export const IDENTITY = 5; // of the rules that it came from
export const KEY_AND_TTLS = 6; // key bytes | TTL offsets << 16
export const BODY_AND_TAIL = 7; // body bytes | tail bytes << 16
export const COUNTS = 8; // answer records | authority records << 16
export const RCODE_AND_FLAGS = 9; // RCODE | flags << 16

export const FLAG_AUTHENTIC = 1;
/** The answer has a CNAME: more than one rule may have to agree that it is still true. */
export const FLAG_CHAIN = 2;
/** A failure, kept for a moment (RFC 9520); its tail is an extended error. */
export const FLAG_FAILURE = 4;

export type Shard = {
  words: Int32Array;
  bytes: Uint8Array;
  halves: Uint16Array;
  buckets: number;
  /** First word and number of words of the ring. */
  ringStart: number;
  ringWords: number;
};

const MAX_SHARD_BYTES = 2 ** 30;
const MIN_SHARD_BYTES = 4 * 2 ** 20;
/** What an entry is expected to take in the ring; decides how much goes to the buckets. */
const EXPECTED_ENTRY_BYTES = 96;
/** Share of a bucket's ways expected to be in use when the ring is full. */
const EXPECTED_LOAD = 0.7;

/** Buffers for a cache of at most `bytes` bytes, buckets included. */
export function allocateShards(bytes: number): SharedArrayBuffer[] {
  let count = 1;
  while (count < 64 && (bytes / count > MAX_SHARD_BYTES || bytes / (count * 2) >= MIN_SHARD_BYTES))
    count *= 2;
  const each = Math.floor(bytes / count / 64) * 64;
  return Array.from({ length: count }, () => new SharedArrayBuffer(each));
}

export function openShard(buffer: SharedArrayBuffer): Shard {
  const totalWords = buffer.byteLength >> 2;
  const slotBytes = 8 / EXPECTED_LOAD;
  const buckets = Math.max(
    1,
    Math.floor(buffer.byteLength / (EXPECTED_ENTRY_BYTES + slotBytes) / EXPECTED_LOAD / WAYS),
  );
  const ringStart = CONTROL_WORDS + buckets * BUCKET_WORDS;
  return {
    words: new Int32Array(buffer),
    bytes: new Uint8Array(buffer),
    halves: new Uint16Array(buffer),
    buckets,
    ringStart,
    ringWords: (totalWords - ringStart) & ~1,
  };
}

/** Makes an empty ring: one filler. */
export function formatShard(shard: Shard): void {
  shard.words[shard.ringStart + SIZE] = -(shard.ringWords >> 1);
}
