import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { type Answer, type Cache, type CacheKey, createCacheMemory, openCache } from './cache.ts';
import {
  BODY_AND_TAIL,
  BUCKET_WORDS,
  CONTROL_WORDS,
  COUNTS,
  ENTRIES,
  ENTRY_WORDS,
  EPOCH,
  HASH,
  HEAD,
  IDENTITY,
  KEY_AND_TTLS,
  LIFETIME,
  openShard,
  RCODE_AND_FLAGS,
  type Shard,
  SIZE,
  STORED_AT,
  WAYS,
} from './layout.ts';

/** A small cache: room for about 30 small entries. */
const SMALL = 4096;

function keyOf(number: number, length = 12, hash = Math.imul(number + 1, 0x9e3779b1)): CacheKey {
  const keyWords = new Int32Array((length + 3) >> 2).fill(number);
  return { keyWords, keyLength: length, hash };
}

/** An answer that can be told from all others by its contents. */
function answerOf(number: number, bodyLength = 20, ttls = 1): Answer {
  const ttlCount = Math.min(ttls, bodyLength >> 2);
  return {
    rcode: number & 3,
    flags: number & 7,
    answers: ttlCount,
    authorities: number & 15,
    body: new Uint8Array(bodyLength + 5).fill(number),
    bodyStart: 5,
    bodyLength,
    ttlOffsets: Uint16Array.from({ length: ttlCount }, (_, index) => index * 4),
    ttlCount,
    tail: new Uint8Array(number % 5).fill(~number),
    tailLength: number % 5,
    lifetime: number * 7,
    epoch: number,
    identity: ~number,
  };
}

/** The entry that `find` found, taken apart. */
function entryOf({ hit }: Cache): { key: Int32Array; answer: Omit<Answer, 'bodyStart'>; storedAt: number } {
  const { words, bytes, halves } = hit.shard;
  const word = (index: number) => words[hit.at + index]!;
  const keyWords = ((word(KEY_AND_TTLS) & 0xffff) + 3) >> 2;
  const bodyLength = word(BODY_AND_TAIL) & 0xffff;
  const tailLength = word(BODY_AND_TAIL) >>> 16;
  const ttlCount = word(KEY_AND_TTLS) >>> 16;
  const bodyStart = (hit.at + ENTRY_WORDS + keyWords) << 2;
  const firstTtl = (bodyStart + bodyLength + tailLength + 1) >> 1;
  return {
    key: words.slice(hit.at + ENTRY_WORDS, hit.at + ENTRY_WORDS + keyWords),
    storedAt: word(STORED_AT),
    answer: {
      rcode: word(RCODE_AND_FLAGS) & 0xffff,
      flags: word(RCODE_AND_FLAGS) >>> 16,
      answers: word(COUNTS) & 0xffff,
      authorities: word(COUNTS) >>> 16,
      body: bytes.slice(bodyStart, bodyStart + bodyLength),
      bodyLength,
      ttlOffsets: halves.slice(firstTtl, firstTtl + ttlCount),
      ttlCount,
      tail: bytes.slice(bodyStart + bodyLength, bodyStart + bodyLength + tailLength),
      tailLength,
      lifetime: word(LIFETIME),
      epoch: word(EPOCH),
      identity: word(IDENTITY),
    },
  };
}

function assertHolds(cache: Cache, key: CacheKey, answer: Answer, now: number): void {
  const { bodyStart, body, ...rest } = answer;
  const entry = entryOf(cache);
  assert.deepEqual(entry.key, key.keyWords);
  assert.equal(entry.storedAt, now);
  assert.deepEqual(entry.answer, { ...rest, body: body.slice(bodyStart, bodyStart + answer.bodyLength) });
}

/** The invariants of layout.ts. Returns the number of live entries. */
function assertSound(shard: Shard): number {
  const { words, ringStart, ringWords, buckets } = shard;
  const units = ringWords >> 1;
  const live = new Set<number>();
  let unit = 0;
  while (unit < units) {
    const size = words[ringStart + unit * 2 + SIZE]!;
    assert.notEqual(size, 0, `block at ${unit} has a size`);
    if (size > 0) live.add(unit);
    unit += Math.abs(size);
  }
  assert.equal(unit, units, 'blocks end where the ring ends');
  assert.ok(words[HEAD]! < units);
  let placed = 0;
  for (let bucket = 0; bucket < buckets; bucket++) {
    for (let way = 0; way < WAYS; way++) {
      const at = CONTROL_WORDS + bucket * BUCKET_WORDS + way;
      const place = words[at + WAYS]!;
      if (place === 0) continue;
      placed++;
      assert.ok(live.has(place - 1), `place ${place} points to a live entry`);
      assert.equal(words[at], words[ringStart + (place - 1) * 2 + HASH]);
    }
  }
  assert.equal(placed, live.size, 'every live entry has a place');
  assert.equal(words[ENTRIES], placed);
  return placed;
}

describe('the cache', () => {
  it('takes the bytes it is given, and no more', () => {
    for (const bytes of [SMALL, 2 ** 20, 10_000_001, 64 * 2 ** 20]) {
      const total = createCacheMemory(bytes).reduce((sum, buffer) => sum + buffer.byteLength, 0);
      assert.ok(total <= bytes && total > bytes - 64 * 64, `${total} of ${bytes}`);
    }
  });

  it('starts empty and sound', () => {
    for (const buffer of createCacheMemory(10_000_001)) assert.equal(assertSound(openShard(buffer)), 0);
  });

  it('gives back what was stored, and knows no other key', () => {
    const cache = openCache(createCacheMemory(SMALL));
    assert.ok(cache.store(keyOf(1), answerOf(1), 100));
    assert.ok(cache.find(keyOf(1)));
    assertHolds(cache, keyOf(1), answerOf(1), 100);
    assert.ok(cache.isIntact());
    assert.ok(!cache.find(keyOf(2)));
    // The same hash, another key; the same words, another length.
    assert.ok(!cache.find(keyOf(2, 12, keyOf(1).hash)));
    assert.ok(!cache.find({ ...keyOf(1), keyLength: 11 }));
  });

  it('replaces', () => {
    const cache = openCache(createCacheMemory(SMALL));
    cache.store(keyOf(1), answerOf(1), 100);
    cache.store(keyOf(1), answerOf(2, 100), 200);
    assert.equal(cache.size(), 1);
    assert.ok(cache.find(keyOf(1)));
    assertHolds(cache, keyOf(1), answerOf(2, 100), 200);
  });

  it('tells whether what was found is still as it was', () => {
    const memory = createCacheMemory(SMALL);
    const cache = openCache(memory);
    const other = openCache(memory);
    cache.store(keyOf(1), answerOf(1), 100);
    cache.find(keyOf(1));
    other.find(keyOf(1));
    assert.ok(cache.isIntact());
    other.store(keyOf(2), answerOf(2), 100);
    assert.ok(!cache.isIntact());
  });

  it('drops the oldest first, and keeps those that are asked for', () => {
    const buffers = createCacheMemory(SMALL);
    const cache = openCache(buffers);
    const shard = openShard(buffers[0]!);
    cache.store(keyOf(0), answerOf(0), 0);
    for (let number = 1; number < 200; number++) {
      if (cache.find(keyOf(0))) cache.keep();
      cache.store(keyOf(number), answerOf(number), number);
      assertSound(shard);
    }
    assert.ok(cache.find(keyOf(0)), 'the one that was asked for is there');
    assertHolds(cache, keyOf(0), answerOf(0), 0);
    const held = Array.from({ length: 199 }, (_, index) => index + 1).filter((number) =>
      cache.find(keyOf(number)),
    );
    assert.ok(held.length > 10);
    assert.ok(held[0]! > 100, 'none of the old ones is there');
    assert.equal(held.at(-1), 199);
  });

  it('of a full bucket drops the one that would be overwritten next', () => {
    const buffers = createCacheMemory(SMALL);
    const cache = openCache(buffers);
    for (let number = 0; number < WAYS + 1; number++)
      cache.store(keyOf(number, 12, 77), answerOf(number), number);
    assertSound(openShard(buffers[0]!));
    assert.ok(!cache.find(keyOf(0, 12, 77)));
    for (let number = 1; number < WAYS + 1; number++) {
      assert.ok(cache.find(keyOf(number, 12, 77)));
      assertHolds(cache, keyOf(number, 12, 77), answerOf(number), number);
    }
  });

  it('does not take what is larger than an eighth of a shard, or than a message', () => {
    const cache = openCache(createCacheMemory(SMALL));
    assert.equal(cache.store(keyOf(1), answerOf(1, 600), 0), false);
    assert.ok(!cache.find(keyOf(1)));
    const large = openCache(createCacheMemory(2 ** 22));
    assert.equal(large.store(keyOf(1), answerOf(1, 0x10000), 0), false);
    assert.equal(large.store(keyOf(1), answerOf(1, 0xffff), 0), true);
    assert.ok(large.find(keyOf(1)));
    assertHolds(large, keyOf(1), answerOf(1, 0xffff), 0);
  });

  it('marks an entry as true under another epoch, unless it has changed', () => {
    const memory = createCacheMemory(SMALL);
    const cache = openCache(memory);
    const other = openCache(memory);
    cache.store(keyOf(1), answerOf(1), 0);
    cache.find(keyOf(1));
    cache.renew(9);
    assert.ok(cache.isIntact());
    assert.equal(entryOf(cache).answer.epoch, 9);
    other.store(keyOf(1), answerOf(2), 0);
    cache.renew(10);
    assert.ok(cache.find(keyOf(1)));
    assert.equal(entryOf(cache).answer.epoch, answerOf(2).epoch);
  });

  it('gives up where another worker is writing', () => {
    const buffers = createCacheMemory(SMALL);
    const cache = openCache(buffers);
    cache.store(keyOf(1), answerOf(1), 0);
    const words = new Int32Array(buffers[0]!);
    words[0]! |= 1;
    assert.equal(cache.store(keyOf(2), answerOf(2), 0), false);
    assert.equal(cache.find(keyOf(1)), false);
    words[0]!++;
    assert.equal(cache.find(keyOf(1)), true);
  });

  it('never holds anything but the latest that was stored under a key', () => {
    const number = fc.integer({ min: 0, max: 40 });
    const length = fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: 80 }) },
      fc.integer({ min: 0, max: 460 }),
    );
    const operation = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constant('store' as const), number, length, fc.nat(8)) },
      {
        weight: 3,
        arbitrary: fc.tuple(fc.constant('keep' as const), number, fc.constant(0), fc.constant(0)),
      },
      { weight: 1, arbitrary: fc.tuple(fc.constant('renew' as const), number, fc.constant(0), fc.nat(1000)) },
    );
    fc.assert(
      fc.property(
        fc.array(operation, { minLength: 1, maxLength: 250 }),
        fc.boolean(),
        (operations, crowded) => {
          const buffers = createCacheMemory(SMALL);
          const cache = openCache(buffers);
          const shard = openShard(buffers[0]!);
          const key = (name: number) => keyOf(name, 9 + (name % 30), crowded ? name % 3 : undefined);
          const model = new Map<number, { answer: Answer; now: number }>();
          for (const [now, [what, name, size, extra]] of operations.entries()) {
            if (what === 'store') {
              const answer = answerOf(now & 0xff, size, extra);
              if (cache.store(key(name), answer, now)) {
                model.set(name, { answer, now });
                assert.ok(cache.find(key(name)), 'what was just stored is there');
              }
            } else if (cache.find(key(name))) {
              if (what === 'keep') cache.keep();
              else {
                cache.renew(extra);
                model.get(name)!.answer.epoch = extra;
              }
              assert.ok(cache.find(key(name)), 'what was just kept is there');
            }
          }
          let held = 0;
          for (const [name, { answer, now }] of model) {
            if (!cache.find(key(name))) continue;
            held++;
            assertHolds(cache, key(name), answer, now);
          }
          assert.equal(assertSound(shard), held);
          assert.equal(cache.size(), held);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is never torn where two workers read and write it', async () => {
    const buffers = createCacheMemory(SMALL);
    const workers = [1, 2].map(
      (seed) => new Worker(new URL('./hammer.worker.ts', import.meta.url), { workerData: { buffers, seed } }),
    );
    const reports = await Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0]));
    for (const { torn, intact } of reports) {
      assert.deepEqual(torn, []);
      assert.ok(intact > 1000, `${intact} intact reads`);
    }
    assertSound(openShard(buffers[0]!));
  });
});
