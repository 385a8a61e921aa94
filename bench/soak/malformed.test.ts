import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomNumbers } from '../load/zipf.ts';
import { encodeQuery } from '../running/question.ts';
import { breakQuery } from './malformed.ts';

test('malformed packets are cut, altered, lengthened or made of nothing, and the query itself stays whole', () => {
  const query = encodeQuery(1, 'a.bench.example');
  const whole = Uint8Array.from(query);
  const random = randomNumbers(1);
  const broken = Array.from({ length: 400 }, () => breakQuery(query, random));
  assert.deepEqual(query, whole);
  assert.ok(broken.some(({ length }) => length < query.length));
  assert.ok(broken.some(({ length }) => length > query.length));
  assert.ok(
    broken.some(
      (packet) => packet.length === query.length && !packet.every((byte, at) => byte === query[at]),
    ),
  );
  assert.ok(broken.every(({ length }) => length <= 600));
});
