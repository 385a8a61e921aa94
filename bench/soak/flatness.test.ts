import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeFlatness, type Sample } from './flatness.ts';

const MIB = 2 ** 20;
const samples = (bytes: (second: number) => number): Sample[] =>
  Array.from({ length: 120 }, (_, seconds) => ({ seconds, residentBytes: bytes(seconds) }));

test('memory that grows while the cache fills and then stays is flat', () => {
  const { flat, grownBytes } = judgeFlatness(samples((second) => Math.min(second, 50) * MIB));
  assert.ok(flat);
  assert.equal(grownBytes, 0);
});

test('memory that keeps growing is not flat', () => {
  const { flat, grownBytes } = judgeFlatness(samples((second) => (100 + second) * MIB));
  assert.ok(!flat);
  assert.equal(Math.round(grownBytes / MIB), 59);
});

test('a sawtooth of a garbage collector is flat', () => {
  assert.ok(judgeFlatness(samples((second) => (100 + (second % 10) * 4) * MIB)).flat);
});
