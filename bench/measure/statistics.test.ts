import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { median, medianSlope, percentile } from './statistics.ts';

test('the median of an even number of values lies between the middle two', () => {
  assert.equal(median([9, 1, 3, 5]), 4);
  assert.equal(median([9, 1, 3]), 3);
});

test('a percentile is the nearest rank: one of the values, never beyond the ends', () => {
  const hundred = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  assert.equal(percentile(hundred, 0.5), 50);
  assert.equal(percentile(hundred, 0.99), 99);
  assert.equal(percentile(hundred, 0.999), 100);
  assert.equal(percentile([7], 0.001), 7);
});

test('at least the asked share of values does not exceed a percentile', () => {
  const values = fc.array(fc.double({ noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
      const sorted = Float64Array.from(list).sort();
      const found = percentile(sorted, share);
      assert.ok(sorted.filter((value) => value <= found).length >= share * sorted.length);
    }),
  );
});

test('the slope of a line is found although one point in four lies far off', () => {
  const points = Array.from(
    { length: 40 },
    (_, x) => [x, x % 4 === 0 ? 10_000 : 5 + 0.25 * x] as [number, number],
  );
  assert.ok(Math.abs(medianSlope(points) - 0.25) < 0.05);
});

test('points at one moment, or one point, have no slope', () => {
  assert.equal(medianSlope([[1, 5]]), 0);
  assert.equal(
    medianSlope([
      [1, 5],
      [1, 9],
    ]),
    0,
  );
});
