import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  decodeExtendedError,
  decodeMessage,
  EXTENDED_ERROR_OPTION,
  encodeMessage,
  NO_FLAGS,
} from '@pointsman/core/dns';
import fc from 'fast-check';
import { type Answer, createCacheMemory, openCache } from '../cache/cache.ts';
import { FLAG_AUTHENTIC } from '../cache/layout.ts';
import { OUR_UDP_SIZE, STALE_TTL, writeAnswer, writeCached, writeRcode } from './compose.ts';
import { EDE, extendedError, STALE_FOR } from './extended-error.ts';
import { createQuery, finishKey, type Query, readQuery } from './query.ts';
import { createResponse, readTtls } from './response.ts';

type Client = { edns?: boolean; do?: boolean; cd?: boolean; rd?: boolean };

function ask({ edns = true, ...flags }: Client = {}, name = 'Db.corp.Example.'): Query {
  const packet = encodeMessage({
    id: 0x1234,
    flags: { ...NO_FLAGS, rd: flags.rd ?? true, cd: flags.cd ?? false },
    rcode: 0,
    question: { name, type: 'A', class: 1 },
    answers: [],
    authorities: [],
    additionals: [],
    ...(edns ? { edns: { udpSize: 4096, version: 0, do: flags.do ?? false, options: [] } } : {}),
  });
  packet[13] = 0x44;
  const query = createQuery();
  readQuery(query, packet, 0, packet.length);
  finishKey(query, 0);
  return query;
}

function answerOf(ttls: number[], tail: Uint8Array = new Uint8Array(0)): Answer {
  const bytes = encodeMessage({
    id: 0,
    flags: { ...NO_FLAGS, qr: true },
    rcode: 0,
    question: { name: 'db.corp.example.', type: 'A', class: 1 },
    answers: ttls.map((ttl, index) => ({
      name: 'db.corp.example.',
      type: 'A',
      class: 1,
      ttl,
      data: Uint8Array.of(10, 0, index >> 8, index & 255),
    })),
    authorities: [],
    additionals: [],
  });
  const response = createResponse();
  readTtls(response, bytes, bytes.length);
  const { bodyStart, bodyLength, ttlOffsets, ttlCount, lifetime, answers, authorities } = response;
  const body = { body: bytes, bodyStart, bodyLength, ttlOffsets, ttlCount, lifetime, answers, authorities };
  return { ...body, rcode: 0, flags: FLAG_AUTHENTIC, tail, tailLength: tail.length, epoch: 1, identity: 1 };
}

/** What the client gets from the cache; `age` undefined: stale. */
function fromCache(
  query: Query,
  answer: Answer,
  age: number | undefined,
  limit = 4096,
  authentic = false,
): Uint8Array {
  const cache = openCache(createCacheMemory(2 ** 20));
  assert.ok(cache.store(query, answer, 0));
  assert.ok(cache.find(query));
  return written(
    (out) => writeCached(out, 50, limit, query, authentic, cache.hit, age, STALE_FOR.silence),
    limit,
  );
}

/** What was written at offset 50; nothing else may have been touched, nor more than `limit`. */
function written(write: (out: Uint8Array) => number, limit: number): Uint8Array {
  const out = new Uint8Array(0x10000 + 100).fill(0xaa);
  const length = write(out);
  assert.ok(length <= limit, `${length} of ${limit}`);
  assert.ok(out.subarray(0, 50).every((byte) => byte === 0xaa));
  assert.ok(out.subarray(50 + length).every((byte) => byte === 0xaa));
  return out.slice(50, 50 + length);
}

const errorsOf = (bytes: Uint8Array) =>
  decodeMessage(bytes)!.edns?.options.map(({ code, data }) => [code, decodeExtendedError({ code, data })]);

describe('an answer from the cache', () => {
  it('has the client’s ID and question, letter by letter, and counts its TTLs down', () => {
    const bytes = fromCache(ask(), answerOf([300, 10]), 9);
    const message = decodeMessage(bytes)!;
    assert.equal(message.id, 0x1234);
    assert.equal(String.fromCharCode(...bytes.subarray(13, 15)), 'Db');
    assert.deepEqual(
      message.answers.map(({ ttl }) => ttl),
      [291, 1],
    );
    assert.deepEqual(
      [message.flags.qr, message.flags.ra, message.flags.rd, message.flags.aa],
      [true, true, true, false],
    );
  });

  it('never has a TTL below zero', () => {
    assert.deepEqual(
      decodeMessage(fromCache(ask(), answerOf([300, 10]), 20))!.answers.map(({ ttl }) => ttl),
      [280, 0],
    );
  });

  it('that is stale says so, and has a TTL of 30 seconds (RFC 8767 §4)', () => {
    const bytes = fromCache(ask(), answerOf([300, 10]), undefined);
    assert.deepEqual(
      decodeMessage(bytes)!.answers.map(({ ttl }) => ttl),
      [STALE_TTL, STALE_TTL],
    );
    assert.deepEqual(
      errorsOf(bytes)!.map(([code]) => code),
      [EXTENDED_ERROR_OPTION],
    );
    assert.match(JSON.stringify(errorsOf(bytes)), /"code":3/);
  });

  it('has the AD bit where the upstream set it and the client wants it', () => {
    assert.equal(decodeMessage(fromCache(ask(), answerOf([9]), 0, 4096, true))!.flags.ad, true);
    assert.equal(decodeMessage(fromCache(ask(), answerOf([9]), 0, 4096, false))!.flags.ad, false);
    assert.equal(
      decodeMessage(fromCache(ask(), { ...answerOf([9]), flags: 0 }, 0, 4096, true))!.flags.ad,
      false,
    );
  });

  it('is the same as when it was fresh', () => {
    for (const client of [{}, { edns: false }, { do: true, cd: true }]) {
      const query = ask(client);
      const answer = answerOf([300, 10, 20], extendedError(EDE.other, 'why'));
      const fresh = written((out) => writeAnswer(out, 50, 4096, query, true, answer), 4096);
      assert.deepEqual(fromCache(query, answer, 0, 4096, true), fresh);
    }
  });
});

describe('a response', () => {
  it('has an OPT record where the query had one, with our size and the client’s DO', () => {
    assert.equal(decodeMessage(fromCache(ask({ edns: false }), answerOf([9]), 0))!.edns, undefined);
    const { edns } = decodeMessage(fromCache(ask({ do: true }), answerOf([9]), 0))!;
    assert.deepEqual([edns!.udpSize, edns!.do, edns!.version, edns!.options], [OUR_UDP_SIZE, true, 0, []]);
    assert.equal(decodeMessage(fromCache(ask(), answerOf([9]), 0))!.edns!.do, false);
  });

  it('carries RD and CD back', () => {
    const { flags } = decodeMessage(fromCache(ask({ cd: true }), answerOf([9]), 0))!;
    assert.deepEqual([flags.rd, flags.cd], [true, true]);
    const refused = written((out) => writeRcode(out, 50, ask({ rd: false }), 5), 512);
    assert.deepEqual([decodeMessage(refused)!.flags.rd, decodeMessage(refused)!.rcode], [false, 5]);
  });

  it('that does not fit is empty and truncated; one that just fits is whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 512, max: 2000 }),
        fc.boolean(),
        fc.boolean(),
        (count, limit, edns, stale) => {
          const query = ask({ edns });
          const answer = answerOf(Array.from({ length: count }, () => 60));
          const all = [
            fromCache(query, answer, stale ? undefined : 1, limit),
            written((out) => writeAnswer(out, 50, limit, query, false, answer), limit),
          ];
          for (const bytes of all) {
            const message = decodeMessage(bytes)!;
            assert.equal(message.answers.length, message.flags.tc ? 0 : count);
            assert.equal(message.edns !== undefined, edns);
          }
          const whole = 12 + 21 + count * 16 + (edns ? 11 : 0);
          assert.equal(decodeMessage(all[1]!)!.flags.tc, whole > limit);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('with an RCODE of more than four bits has its rest in the OPT record', () => {
    assert.equal(decodeMessage(written((out) => writeRcode(out, 50, ask(), 16), 512))!.rcode, 16);
  });

  it('with the longest name and the longest extended error fits into 512 bytes', () => {
    const longest = `${`${'a'.repeat(63)}.`.repeat(3)}${'b'.repeat(61)}.`;
    const why = extendedError(EDE.other, 'x'.repeat(5000));
    const bytes = written((out) => writeRcode(out, 50, ask({}, longest), 2, why), 512);
    assert.match(JSON.stringify(errorsOf(bytes)), /xxx\.\.\."/);
  });

  it('without EDNS has no extended error', () => {
    const bytes = written(
      (out) => writeRcode(out, 50, ask({ edns: false }), 2, extendedError(EDE.other, 'why')),
      512,
    );
    assert.equal(decodeMessage(bytes)!.edns, undefined);
    assert.equal(bytes.length, 12 + 21);
  });
});
