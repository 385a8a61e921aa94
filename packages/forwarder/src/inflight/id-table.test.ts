import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createIdTable } from './id-table.ts';

describe('the table of IDs', () => {
  it('does what a map does, up to its capacity', () => {
    const capacity = 20;
    // Some keys near each other, some with the same home, some at the ends.
    const key = fc.oneof(
      fc.nat(30),
      fc.nat(30).map((number) => number << 16),
      fc.constantFrom(0, 0x7fffffff, 0x7fff0000),
    );
    const operation = fc.tuple(
      fc.constantFrom('insert', 'insert', 'remove', 'find'),
      key,
      fc.nat(0x7fffffff),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
        const table = createIdTable(capacity, 0x8000);
        const model = new Map<number, number>();
        for (const [what, at, value] of operations) {
          if (what === 'insert') {
            const possible = !model.has(at) && model.size < capacity;
            assert.equal(table.insert(at, value), possible);
            if (possible) model.set(at, value);
          } else if (what === 'remove') {
            table.remove(at);
            model.delete(at);
          }
          assert.equal(table.find(at), model.get(at) ?? -1);
        }
        for (const [at, value] of model) assert.equal(table.find(at), value);
        for (const channel of [...Array(31).keys(), 0x7fff]) {
          const own = Array.from(model.keys()).filter((at) => at >>> 16 === channel);
          assert.equal(table.countOf(channel), own.length);
          assert.deepEqual(
            table.keysOf(channel).toSorted((a, b) => a - b),
            own.toSorted((a, b) => a - b),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes its capacity and no more, and is as before when all are gone', () => {
    const table = createIdTable(1000, 1000);
    for (let round = 0; round < 3; round++) {
      for (let key = 0; key < 1000; key++) assert.ok(table.insert(key * 65_536 + round, key));
      assert.equal(table.insert(7, 7), false);
      for (let key = 0; key < 1000; key++) table.remove(key * 65_536 + round);
      for (let key = 0; key < 1000; key++) assert.deepEqual(table.keysOf(key), []);
    }
  });
});
