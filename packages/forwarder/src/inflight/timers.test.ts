import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createTimers, TICK_MS } from './timers.ts';

const SLOTS = 20;
/** Beyond this a timer fires early. */
const REACH = 500 * TICK_MS;

describe('timers', () => {
  it('fire once, in time, as those of a sorted list would', () => {
    const operation = fc.oneof(
      fc.tuple(fc.constant('set' as const), fc.nat(SLOTS - 1), fc.nat(2000)),
      fc.tuple(fc.constant('clear' as const), fc.nat(SLOTS - 1), fc.constant(0)),
      fc.tuple(fc.constant('wait' as const), fc.constant(0), fc.oneof(fc.nat(30), fc.nat(6000))),
    );
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.array(operation, { maxLength: 120 }),
        (start, operations) => {
          const timers = createTimers(SLOTS);
          const due = new Map<number, number>();
          let now = start;
          timers.advance(now, () => assert.fail('none is set'));
          for (const [what, slot, time] of operations) {
            if (what === 'set') {
              timers.set(slot, now + time, now);
              due.set(slot, now + time);
            } else if (what === 'clear') {
              timers.clear(slot);
              due.delete(slot);
            } else {
              // As the engine does it: at every tick while any is set.
              for (const end = now + time; now < end; ) {
                now = Math.min(end, now + TICK_MS);
                timers.advance(now, (fired) => {
                  const at = due.get(fired);
                  assert.ok(at !== undefined && at <= now, `slot ${fired} fires at ${now}, due at ${at}`);
                  due.delete(fired);
                });
                for (const [late, at] of due)
                  assert.ok(at > now - 2 * TICK_MS, `slot ${late} is late: ${now}, due at ${at}`);
              }
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('that are set while others fire wait for their time', () => {
    const timers = createTimers(3);
    timers.advance(1000, () => {});
    timers.set(0, 1010, 1000);
    timers.set(1, 1010, 1000);
    const fired: number[] = [];
    const onTimer = (slot: number) => {
      fired.push(slot);
      timers.clear(1 - slot);
      timers.set(2, 1012, 1012);
    };
    timers.advance(1012, onTimer);
    assert.equal(fired.length, 1, 'a timer that is cleared does not fire');
    timers.advance(1020, () => fired.push(2));
    assert.deepEqual(fired.slice(1), [2]);
  });

  it('all fire, once, after a long pause', () => {
    const timers = createTimers(SLOTS);
    for (let slot = 0; slot < SLOTS; slot++) timers.set(slot, 100 + slot * 100, 100);
    const fired: number[] = [];
    timers.advance(1e7, (slot) => fired.push(slot));
    assert.deepEqual(
      fired.toSorted((a, b) => a - b),
      Array.from({ length: SLOTS }, (_, slot) => slot),
    );
    timers.advance(2e7, () => assert.fail('none is left'));
  });

  it('beyond the reach of the wheel fire early, and never when they should not at all', () => {
    const timers = createTimers(1);
    timers.set(0, 60_000, 0);
    let at = 0;
    for (let now = 0; now < 60_000 && at === 0; now += TICK_MS) timers.advance(now, () => (at = now));
    assert.ok(at > REACH, `${at}`);
  });
});
