import assert from 'node:assert/strict';
import { test } from 'node:test';
import { followEngineBlame } from './engine-blame.ts';
import { makeFitness } from './fitness.ts';

function stage() {
  const fitness = makeFitness();
  let now = 1000;
  const engine = followEngineBlame(fitness, () => now);
  /** What the host is like when so many seconds have passed, each with a look. */
  const pass = (seconds: number, answers: boolean) => {
    for (let left = seconds; left > 0; left--) {
      now += 1000;
      engine.look(answers);
    }
    return fitness.state();
  };
  return { engine, pass };
}

test('a host whose engine does not come back is unfit for five minutes from the last time', () => {
  const { engine, pass } = stage();
  engine.blame('it is silent');
  assert.equal(pass(200, false), 'silent');
  engine.blame('it is silent again');
  assert.equal(pass(299, false), 'silent');
  assert.equal(pass(1, false), 'fit');
});

test('one that has kept its address and answers again is fit when that has lasted', () => {
  const { engine, pass } = stage();
  engine.blame('it is silent');
  assert.equal(pass(9, true), 'silent');
  assert.equal(pass(1, false), 'silent');
  assert.equal(pass(10, true), 'silent');
  assert.equal(pass(1, true), 'fit');
});
