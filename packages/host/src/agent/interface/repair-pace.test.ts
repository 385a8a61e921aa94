import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFought, paceAfter, STARTING_PACE } from './repair-pace.ts';

test('a DHCP client that takes three steps is no fight; somebody who takes a fourth is, until two minutes are quiet', () => {
  let pace = STARTING_PACE;
  for (const now of [0, 1000, 2000]) pace = paceAfter(pace, true, now);
  assert.equal(isFought(pace), false);
  assert.equal(pace.notBefore, 2200);
  pace = paceAfter(pace, true, 3000);
  assert.equal(isFought(pace), true);
  assert.equal(pace.notBefore, 3400);
  pace = paceAfter(pace, false, 200_000);
  assert.equal(isFought(pace), false);
});

test('whatever happens, the next look is 0.2 to 30 s away, and further the more was put right; memory is bounded', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 60_000 })), { maxLength: 200 }),
      (looks) => {
        let pace = STARTING_PACE;
        let now = 0;
        for (const [repaired, later] of looks) {
          now += later;
          const before = pace.repairs.length;
          pace = paceAfter(pace, repaired, now);
          const pause = pace.notBefore - now;
          assert.ok(pause >= 200 && pause <= 30_000, `${pause} ms`);
          assert.ok(pace.repairs.length <= Math.min(32, before + 1));
        }
      },
    ),
  );
});
