import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createBudgetMemory, openBudget, TCP_PACKETS } from './budget.ts';

/** The most packets in any second that begins with one. */
function busiestSecond(sent: { at: number; packets: number }[]): number {
  let most = 0;
  let sum = 0;
  let start = 0;
  for (const { at, packets } of sent) {
    sum += packets;
    while (sent[start]!.at <= at - 1000) sum -= sent[start++]!.packets;
    most = Math.max(most, sum);
  }
  return most;
}

describe('a packet budget', () => {
  it('is never exceeded in any second, whatever is asked of it', () => {
    const step = fc.record({
      wait: fc.oneof(
        { weight: 8, arbitrary: fc.double({ min: 0, max: 5, noNaN: true }) },
        { weight: 1, arbitrary: fc.double({ min: 0, max: 1500, noNaN: true }) },
      ),
      wanted: fc.integer({ min: 1, max: 200 }),
      packets: fc.constantFrom(1, 1, 1, TCP_PACKETS),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 3000 }),
        fc.double({ min: 0, max: 1e10, noNaN: true }),
        fc.array(step, { minLength: 1, maxLength: 300 }),
        (limit, start, steps) => {
          const budget = openBudget(createBudgetMemory(), limit);
          const sent = [];
          let at = start;
          for (const { wait, wanted, packets } of steps) {
            at += wait;
            for (let count = 0; count < wanted && budget.take(packets, at); count++)
              sent.push({ at, packets });
          }
          if (sent.length > 0) assert.ok(busiestSecond(sent) <= limit, `${busiestSecond(sent)} of ${limit}`);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('lets nearly the limit through, under pressure', () => {
    for (const limit of [10, 100, 1024, 50_000]) {
      const budget = openBudget(createBudgetMemory(), limit);
      let taken = 0;
      for (let now = 0; now < 10_000; now++) while (budget.take(1, now)) taken++;
      assert.ok(taken <= limit * 10, `${taken} in ten seconds of ${limit}`);
      assert.ok(taken >= limit * 10 * (limit < 100 ? 0.5 : 0.85), `${taken} in ten seconds of ${limit}`);
    }
  });

  it('lets those through who wait for the next round', () => {
    const budget = openBudget(createBudgetMemory(), 1024);
    let taken = 0;
    for (let now = 0; now < 10_000; now = budget.nextRound(now)) while (budget.take(1, now)) taken++;
    assert.ok(taken >= 9000, `${taken}`);
  });

  it('is one budget for workers whose clocks are a batch apart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 15, noNaN: true }), { minLength: 2, maxLength: 4 }),
        fc.double({ min: 0, max: 1000, noNaN: true }),
        (lags, start) => {
          const memory = createBudgetMemory();
          const workers = lags.map((lag) => ({ lag, budget: openBudget(memory, 1024) }));
          const sent = [];
          for (let at = start + 15; at < start + 1800; at += 1) {
            for (const { lag, budget } of workers)
              while (budget.take(1, at - lag)) sent.push({ at, packets: 1 });
          }
          assert.ok(busiestSecond(sent) <= 1024, `${busiestSecond(sent)}`);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('is whole again after any pause', () => {
    fc.assert(
      fc.property(fc.double({ min: 1000, max: 1e8, noNaN: true }), (pause) => {
        const budget = openBudget(createBudgetMemory(), 1024);
        while (budget.take(1, 5000));
        const free = budget.take(1, 5000 + pause);
        // Once in 2^32 microseconds an old number looks like a new one; what it costs is a short wait.
        assert.ok(free || budget.take(1, 5000 + pause + 250));
      }),
    );
  });
});
