import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseForwarderConfig } from '@pointsman/core/config';
import { decodeMessage, encodeMessage, encodeQuery, NO_FLAGS } from '@pointsman/core/dns';
import { type Answer, type Cache, createCacheMemory, openCache } from '../cache/cache.ts';
import { FLAG_FAILURE } from '../cache/layout.ts';
import { STALE_FOR } from '../packet/extended-error.ts';
import { createQuery, finishKey, type Query, readQuery, wantsAuthenticData } from '../packet/query.ts';
import { createResponse, readTtls } from '../packet/response.ts';
import { compileRules, type RuleSet } from '../rules/rule-set.ts';
import type { Clock } from './clock.ts';
import { createLookup, type Lookup } from './lookup.ts';

type World = {
  cache: Cache;
  clock: Clock;
  lookup: Lookup;
  reload(epoch: number, upstream: string): void;
  rules(): RuleSet;
};

function rulesOf(epoch: number, upstream: string): RuleSet {
  const rules = [{ suffix: 'example', upstreams: [upstream] }];
  const parsed = parseForwarderConfig({ name: 'f', listen: ['127.0.0.1:53'], clients: [], rules });
  assert.ok(parsed.ok);
  return compileRules(parsed.config, epoch);
}

function worldOf(): World {
  const cache = openCache(createCacheMemory(2 ** 20));
  const clock: Clock = { now: 0, seconds: 0, tick() {} };
  let rules = rulesOf(1, '10.0.0.1');
  return {
    cache,
    clock,
    lookup: createLookup(cache, clock),
    rules: () => rules,
    reload(epoch, upstream) {
      rules = rulesOf(epoch, upstream);
    },
  };
}

function packetOf(name: string): Uint8Array {
  return encodeQuery({ id: 7, name, type: 'A', recursionDesired: true });
}

function read(packet: Uint8Array): Query {
  const query = createQuery();
  assert.equal(readQuery(query, packet, 0, packet.length), 0);
  finishKey(query, 0);
  return query;
}

/** Stores an answer with a TTL of 300 for the name. */
function store({ cache, clock, rules }: World, name: string, changes: Partial<Answer> = {}): void {
  const bytes = encodeMessage({
    id: 0,
    flags: { ...NO_FLAGS, qr: true },
    rcode: 0,
    question: { name, type: 'A', class: 1 },
    answers: [{ name, type: 'A', class: 1, ttl: 300, data: Uint8Array.of(10, 0, 0, 1) }],
    authorities: [],
    additionals: [],
  });
  const response = createResponse();
  readTtls(response, bytes, bytes.length);
  const { epoch, identities } = rules();
  const rest = {
    rcode: 0,
    flags: 0,
    tail: new Uint8Array(0),
    tailLength: 0,
    epoch,
    identity: identities[0]!,
  };
  assert.ok(
    cache.store(read(packetOf(name)), { ...response, body: bytes, ...rest, ...changes }, clock.seconds),
  );
}

/** The TTL of what is found; undefined where nothing is. */
function ttlOf({ lookup, rules }: World, how: 'fresh' | 'stale', name: string): number | undefined {
  const out = new Uint8Array(4096);
  const query = read(packetOf(name));
  const length = lookup[how](query, rules(), out, 0, 1232, query, false, STALE_FOR.silence);
  return length === 0 ? undefined : decodeMessage(out.slice(0, length))!.answers[0]?.ttl;
}

describe('a look-up', () => {
  it('gives an answer until its time is over, and then for a day as a stale one', () => {
    const world = worldOf();
    store(world, 'a.example.');
    for (const [seconds, fresh, stale] of [
      [0, 300, undefined],
      [299, 1, undefined],
      [300, undefined, 30],
      [300 + 86_400, undefined, 30],
      [301 + 86_400, undefined, undefined],
    ] as const) {
      world.clock.seconds = seconds;
      assert.equal(ttlOf(world, 'fresh', 'a.example.'), fresh);
      if (fresh === undefined) assert.equal(ttlOf(world, 'stale', 'a.example.'), stale);
    }
    assert.equal(ttlOf(world, 'fresh', 'b.example.'), undefined);
  });

  it('never gives a failure as a stale answer', () => {
    const world = worldOf();
    store(world, 'a.example.', { flags: FLAG_FAILURE, lifetime: 5 });
    world.clock.seconds = 6;
    assert.equal(ttlOf(world, 'stale', 'a.example.'), undefined);
  });

  it('that a worker with an older clock makes counts nothing down', () => {
    const world = worldOf();
    world.clock.seconds = 10;
    store(world, 'a.example.');
    world.clock.seconds = 9;
    assert.equal(ttlOf(world, 'fresh', 'a.example.'), 300);
  });

  it('after a reload gives what is still true, and nothing that another upstream said', () => {
    const world = worldOf();
    store(world, 'a.example.');
    world.reload(2, '10.0.0.1');
    assert.equal(ttlOf(world, 'fresh', 'a.example.'), 300);
    world.reload(3, '10.0.0.2');
    assert.equal(ttlOf(world, 'fresh', 'a.example.'), undefined);
    assert.equal(ttlOf(world, 'stale', 'a.example.'), undefined);
  });
});

describe('the path of a cached answer', () => {
  it('allocates nothing', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const world = worldOf();
    const packets = Array.from({ length: 100 }, (_, index) => packetOf(`name-${index}.example.`));
    for (let index = 0; index < packets.length; index++) store(world, `name-${index}.example.`);
    const query = createQuery();
    const rules = world.rules();
    const out = new Uint8Array(4096);
    const answerAll = (times: number) => {
      for (let turn = 0; turn < times; turn++) {
        const packet = packets[turn % packets.length]!;
        readQuery(query, packet, 0, packet.length);
        finishKey(query, 0);
        const length = world.lookup.fresh(query, rules, out, 0, 1232, query, wantsAuthenticData(query));
        if (length === 0) throw new Error('not in the cache');
      }
    };
    // Until it is compiled, numbers are objects.
    answerAll(100_000);
    let grown = 0;
    for (let slice = 0; slice < 100; slice++) {
      // Collected before each slice, so that nothing is collected inside of one.
      collect();
      const before = process.memoryUsage().heapUsed;
      answerAll(1000);
      grown += process.memoryUsage().heapUsed - before;
    }
    // An object of the smallest size for each query would be 1.6 MB.
    assert.ok(grown < 400_000, `${grown} bytes for 100,000 queries`);
  });
});
