import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createCrowd, MAX_CONNECTIONS, MAX_PER_ADDRESS } from './crowd.ts';

describe('the crowd of TCP clients', () => {
  it('closes the idle connection whose last query is longest ago when one more comes', () => {
    const crowd = createCrowd<number>();
    for (let at = 0; at < MAX_CONNECTIONS; at++) assert.equal(crowd.add(at, `host ${at}`), undefined);
    crowd.note(0, true);
    crowd.note(1, true);
    crowd.note(1, false);
    assert.equal(crowd.add(5000, 'another'), 2, '0 is busy, 1 has just asked');
    assert.equal(crowd.members().length, MAX_CONNECTIONS);
    crowd.note(0, false);
    crowd.remove(3);
    assert.equal(crowd.add(5001, 'another'), undefined, 'there is room again');
  });

  it('closes one of the same address where that has too many, and none of the others', () => {
    const crowd = createCrowd<number>();
    crowd.add(0, 'quiet');
    for (let at = 1; at <= MAX_PER_ADDRESS; at++) assert.equal(crowd.add(at, 'greedy'), undefined);
    assert.equal(crowd.add(1000, 'greedy'), 1);
  });

  it('closes the new one where all others have a query in flight', () => {
    const crowd = createCrowd<number>();
    for (let at = 0; at < MAX_PER_ADDRESS; at++) {
      crowd.add(at, 'busy');
      crowd.note(at, true);
    }
    assert.equal(crowd.add(1000, 'busy'), 1000);
    assert.equal(crowd.members().length, MAX_PER_ADDRESS);
    crowd.remove(1000);
    crowd.note(1000, true);
    assert.equal(crowd.members().length, MAX_PER_ADDRESS, 'who was not let in is nobody');
  });

  it('never has more than its bounds allow, and never closes a busy one', () => {
    const step = fc.tuple(
      fc.constantFrom('add', 'add', 'add', 'busy', 'idle', 'remove'),
      fc.nat(3),
      fc.nat(2000),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 500, maxLength: 1500 }), (steps) => {
        const crowd = createCrowd<number>();
        const alive = new Map<number, { host: number; busy: boolean }>();
        for (const [index, [what, host, target]] of steps.entries()) {
          if (what === 'add') {
            const victim = crowd.add(index, `host ${host}`);
            if (victim !== index) alive.set(index, { host, busy: false });
            if (victim !== undefined && victim !== index) {
              assert.equal(alive.get(victim)?.busy, false);
              alive.delete(victim);
            }
          } else if (what === 'remove') {
            crowd.remove(target);
            alive.delete(target);
          } else {
            crowd.note(target, what === 'busy');
            const known = alive.get(target);
            if (known) known.busy = what === 'busy';
          }
        }
        assert.deepEqual(
          crowd.members().toSorted((a, b) => a - b),
          [...alive.keys()].toSorted((a, b) => a - b),
        );
        for (const group of Map.groupBy(alive.values(), ({ host }) => host).values())
          assert.ok(group.length <= MAX_PER_ADDRESS);
      }),
      { numRuns: 50 },
    );
  });
});
