import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as soon } from 'node:timers/promises';
import fc from 'fast-check';
import { createKeyLocks } from './key-locks.ts';

test('actions with a key in common never run at once, all of them run, and those without do not wait', async () => {
  const action = fc.record({
    keys: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 3 }),
    turns: fc.nat(3),
    fails: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 12 }), async (actions) => {
      const locks = createKeyLocks();
      const busy = new Set<string>();
      const run = async ({ keys, turns, fails }: (typeof actions)[0]) => {
        for (const key of keys) assert.ok(!busy.has(key), key);
        for (const key of keys) busy.add(key);
        for (let turn = 0; turn < turns; turn++) await soon();
        for (const key of keys) busy.delete(key);
        if (fails) throw new RangeError('made to fail');
      };
      const results = await Promise.allSettled(actions.map((each) => locks.run(each.keys, () => run(each))));
      assert.deepEqual(
        results.map((result) => (result.status === 'rejected' ? result.reason.name : 'fine')),
        actions.map(({ fails }) => (fails ? 'RangeError' : 'fine')),
      );
    }),
    { numRuns: 100 },
  );
  const locks = createKeyLocks();
  const waiting = locks.run(['a'], () => new Promise(() => {}));
  assert.equal(await locks.run(['b'], () => 'free'), 'free');
  assert.equal(await Promise.race([waiting, soon('waits')]), 'waits');
});
