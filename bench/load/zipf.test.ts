import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hitShare, zipfDraws } from './zipf.ts';

test('the same seed draws the same, another seed does not', () => {
  assert.deepEqual(zipfDraws(100, 1000, 7), zipfDraws(100, 1000, 7));
  assert.notDeepEqual(zipfDraws(100, 1000, 7), zipfDraws(100, 1000, 8));
});

test('the most popular is drawn about twice as often as the second, ten times as often as the tenth', () => {
  const counts = new Uint32Array(1000);
  for (const draw of zipfDraws(200_000, 1000, 1)) counts[draw]!++;
  assert.ok(Math.abs(counts[0]! / counts[1]! - 2) < 0.1);
  assert.ok(Math.abs(counts[0]! / counts[9]! - 10) < 1);
});

test('the share of hits counts what came before, also before the measured part', () => {
  assert.equal(hitShare(Uint32Array.of(1, 2, 1, 3, 3, 4), 2), 0.5);
});
