/** Answers by question, shared by all workers. See layout.ts for the memory and its invariants. */
import {
  allocateShards,
  BODY_AND_TAIL,
  BUCKET_WORDS,
  CONTROL_WORDS,
  COUNTS,
  ENTRIES,
  ENTRY_WORDS,
  EPOCH,
  formatShard,
  HASH,
  HEAD,
  IDENTITY,
  KEY_AND_TTLS,
  LIFETIME,
  openShard,
  RCODE_AND_FLAGS,
  SEQUENCE,
  type Shard,
  SIZE,
  STORED_AT,
  WAYS,
} from './layout.ts';

/** An answer as it is stored, and as it is sent: everything of a response but its header and question. */
export type Answer = {
  rcode: number;
  flags: number;
  answers: number;
  authorities: number;
  /** Answer and authority records, names compressed against a message whose question is the key's name. */
  body: Uint8Array;
  bodyStart: number;
  bodyLength: number;
  /** Offsets of TTL fields, from the start of the body. */
  ttlOffsets: Uint16Array;
  ttlCount: number;
  /** An EDNS option to send along (an extended error). */
  tail: Uint8Array;
  tailLength: number;
  /** Seconds. */
  lifetime: number;
  epoch: number;
  identity: number;
};

export type CacheKey = { keyWords: Int32Array; keyLength: number; hash: number };

/** What `find` found. Fields point into shared memory: use them, then ask `isIntact`. */
export type CacheHit = {
  shard: Shard;
  /** First word of the entry. */
  at: number;
  sequence: number;
};

export type Cache = {
  readonly hit: CacheHit;
  /** Looks the key up, dead or alive; true where `hit` now points to its entry. */
  find(key: CacheKey): boolean;
  /** False where a writer may have changed the entry since `find`: what was read of it is worth nothing. */
  isIntact(): boolean;
  /** Stores or replaces. False where it did not happen: too large, or another worker was writing just there. */
  store(key: CacheKey, answer: Answer, now: number): boolean;
  /** Marks the entry of `hit` as true under another epoch. */
  renew(epoch: number): void;
  /** Keeps the entry of `hit` from being overwritten soon. Call it on a hit of an entry that is worth keeping. */
  keep(): void;
  /** Entries held, approximately. */
  size(): number;
};

/** Allocates and formats the memory, once, for all workers. `prepare` sees each piece before it is used. */
export function createCacheMemory(
  bytes: number,
  prepare?: (memory: SharedArrayBuffer) => void,
): SharedArrayBuffer[] {
  const buffers = allocateShards(bytes);
  if (prepare) for (const buffer of buffers) prepare(buffer);
  for (const buffer of buffers) formatShard(openShard(buffer));
  return buffers;
}

/** A spin this long is far more than a write takes: then the writer has lost its processor, and the reader goes on without. */
const READ_SPINS = 200;

/**
 * On x86 plain loads are not reordered with later loads, so an atomic load ends a read section. Elsewhere it takes a
 * read-modify-write, which nothing before it can pass.
 */
const strongLoads = process.arch === 'x64' || process.arch === 'ia32';

export function openCache(buffers: SharedArrayBuffer[]): Cache {
  const shards = buffers.map(openShard);
  const shardMask = shards.length - 1;
  const hit: CacheHit = { shard: shards[0]!, at: 0, sequence: 0 };

  function find(key: CacheKey): boolean {
    const shard = shards[key.hash & shardMask]!;
    for (let spin = 0; spin < READ_SPINS; spin++) {
      const sequence = Atomics.load(shard.words, SEQUENCE);
      if (sequence & 1) continue;
      const at = findEntry(shard, key);
      if (at < 0 && Atomics.load(shard.words, SEQUENCE) !== sequence) continue;
      hit.shard = shard;
      hit.at = at;
      hit.sequence = sequence;
      return at >= 0;
    }
    return false;
  }

  function isIntact(): boolean {
    const { words } = hit.shard;
    const now = strongLoads ? Atomics.load(words, SEQUENCE) : Atomics.add(words, SEQUENCE, 0);
    return now === hit.sequence;
  }

  function store(key: CacheKey, answer: Answer, now: number): boolean {
    const shard = shards[key.hash & shardMask]!;
    const units = entryUnits(key.keyLength, answer);
    if (units * 2 > shard.ringWords >> 3 || answer.bodyLength > 0xffff) return false;
    if (!enter(shard)) return false;
    const old = findEntry(shard, key);
    if (old >= 0) forget(shard, old);
    const at = allocate(shard, units);
    writeEntry(shard, at, units, key, answer, now);
    index(shard, at, key.hash);
    leave(shard);
    return true;
  }

  function renew(epoch: number): void {
    if (!enterUnchanged(hit)) return;
    hit.shard.words[hit.at + EPOCH] = epoch;
    hit.sequence += 2;
    leave(hit.shard);
  }

  function keep(): void {
    const { shard, at } = hit;
    const ahead = at - shard.ringStart - (shard.words[HEAD]! << 1);
    const distance = ahead >= 0 ? ahead : ahead + shard.ringWords;
    if (distance > shard.ringWords >> 2 || !enterUnchanged(hit)) return;
    const { words } = shard;
    const size = words[at + SIZE]!;
    const entry = words.slice(at, at + size * 2);
    forget(shard, at);
    const to = allocate(shard, size);
    words.set(entry, to);
    index(shard, to, entry[HASH]!);
    leave(shard);
  }

  function size(): number {
    let entries = 0;
    for (const shard of shards) entries += shard.words[ENTRIES]!;
    return entries;
  }

  return { hit, find, isIntact, store, renew, keep, size };
}

function enter(shard: Shard): boolean {
  const sequence = Atomics.load(shard.words, SEQUENCE);
  return (
    (sequence & 1) === 0 &&
    Atomics.compareExchange(shard.words, SEQUENCE, sequence, sequence + 1) === sequence
  );
}

function enterUnchanged(hit: CacheHit): boolean {
  const { words } = hit.shard;
  return Atomics.compareExchange(words, SEQUENCE, hit.sequence, hit.sequence + 1) === hit.sequence;
}

function leave(shard: Shard): void {
  Atomics.add(shard.words, SEQUENCE, 1);
}

/** Bucket by the hash's high bits; its low bits chose the shard. */
function bucketOf(shard: Shard, hash: number): number {
  return CONTROL_WORDS + Math.floor(((hash >>> 0) / 2 ** 32) * shard.buckets) * BUCKET_WORDS;
}

/** First word of the key's entry, or -1. Reads only inside the shard, whatever a concurrent writer does. */
function findEntry(shard: Shard, key: CacheKey): number {
  const { words } = shard;
  const { hash, keyWords } = key;
  const bucket = bucketOf(shard, hash);
  const keyCount = (key.keyLength + 3) >> 2;
  for (let way = bucket; way < bucket + WAYS; way++) {
    if (words[way] !== hash) continue;
    const place = words[way + WAYS]!;
    if (place === 0) continue;
    const at = shard.ringStart + ((place - 1) << 1);
    if ((words[at + KEY_AND_TTLS]! & 0xffff) !== key.keyLength) continue;
    let index = 0;
    while (index < keyCount && words[at + ENTRY_WORDS + index] === keyWords[index]) index++;
    if (index === keyCount) return at;
  }
  return -1;
}

/** Takes the entry out of its bucket; its block stays until the head comes by, as a filler. */
function forget(shard: Shard, at: number): void {
  const { words } = shard;
  const place = ((at - shard.ringStart) >> 1) + 1;
  const bucket = bucketOf(shard, words[at + HASH]!);
  for (let way = bucket; way < bucket + WAYS; way++) {
    if (words[way + WAYS] === place) {
      words[way + WAYS] = 0;
      words[ENTRIES]!--;
    }
  }
  words[at + SIZE] = -words[at + SIZE]!;
}

/** Puts the entry into its bucket; where all ways are taken the one nearest to being overwritten goes. */
function index(shard: Shard, at: number, hash: number): void {
  const { words } = shard;
  const bucket = bucketOf(shard, hash);
  const head = words[HEAD]!;
  const units = shard.ringWords >> 1;
  let chosen = bucket;
  let nearest = units + 1;
  for (let way = bucket; way < bucket + WAYS; way++) {
    const place = words[way + WAYS]!;
    const ahead = place - 1 - head;
    const distance = place === 0 ? -1 : ahead >= 0 ? ahead : ahead + units;
    if (distance < nearest) {
      nearest = distance;
      chosen = way;
    }
    if (place === 0) break;
  }
  const evicted = words[chosen + WAYS]!;
  if (evicted !== 0) forget(shard, shard.ringStart + ((evicted - 1) << 1));
  words[chosen] = hash;
  words[chosen + WAYS] = ((at - shard.ringStart) >> 1) + 1;
  words[ENTRIES]!++;
}

/** Frees `units` consecutive units at the head and moves the head behind them; returns the first word. */
function allocate(shard: Shard, units: number): number {
  const { words, ringStart } = shard;
  const ringUnits = shard.ringWords >> 1;
  let head = words[HEAD]!;
  let free = 0;
  while (free < units) {
    if (head + free >= ringUnits) {
      if (free > 0) fill(shard, head, free);
      head = 0;
      free = 0;
    }
    const block = ringStart + ((head + free) << 1);
    if (words[block + SIZE]! > 0) forget(shard, block);
    free -= words[block + SIZE]!;
  }
  if (free > units) fill(shard, head + units, free - units);
  const next = head + units;
  words[HEAD] = next === ringUnits ? 0 : next;
  return ringStart + (head << 1);
}

function fill(shard: Shard, unit: number, units: number): void {
  shard.words[shard.ringStart + (unit << 1) + SIZE] = -units;
}

function entryUnits(keyLength: number, answer: Answer): number {
  const keyBytes = (keyLength + 3) & ~3;
  const contents = (keyBytes + answer.bodyLength + answer.tailLength + 1) & ~1;
  return (ENTRY_WORDS * 4 + contents + answer.ttlCount * 2 + 7) >> 3;
}

function writeEntry(
  shard: Shard,
  at: number,
  units: number,
  key: CacheKey,
  answer: Answer,
  now: number,
): void {
  const { words, bytes, halves } = shard;
  words[at + SIZE] = units;
  words[at + HASH] = key.hash;
  words[at + STORED_AT] = now;
  words[at + LIFETIME] = answer.lifetime;
  words[at + EPOCH] = answer.epoch;
  words[at + IDENTITY] = answer.identity;
  words[at + KEY_AND_TTLS] = key.keyLength | (answer.ttlCount << 16);
  words[at + BODY_AND_TAIL] = answer.bodyLength | (answer.tailLength << 16);
  words[at + COUNTS] = answer.answers | (answer.authorities << 16);
  words[at + RCODE_AND_FLAGS] = answer.rcode | (answer.flags << 16);
  const keyCount = (key.keyLength + 3) >> 2;
  for (let word = 0; word < keyCount; word++) words[at + ENTRY_WORDS + word] = key.keyWords[word]!;
  let to = (at + ENTRY_WORDS + keyCount) << 2;
  for (let byte = 0; byte < answer.bodyLength; byte++) bytes[to++] = answer.body[answer.bodyStart + byte]!;
  for (let byte = 0; byte < answer.tailLength; byte++) bytes[to++] = answer.tail[byte]!;
  const first = (to + 1) >> 1;
  for (let ttl = 0; ttl < answer.ttlCount; ttl++) halves[first + ttl] = answer.ttlOffsets[ttl]!;
}
