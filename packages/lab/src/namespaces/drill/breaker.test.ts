import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeBreaker } from './breaker.ts';
import { type Fault, formatFault } from './fault.ts';

const KILL: Fault = { kind: 'kill', member: 'main/a' };
const LOSS: Fault = { kind: 'loss', share: 0.1 };

test('what is broken can be healed alone, or all of it, the latest first', async () => {
  const { breaker, done } = recorded();
  await breaker.break([KILL]);
  await breaker.break([LOSS]);
  assert.deepEqual(await breaker.heal(), ['loss 10%', 'kill main/a']);
  await breaker.break([KILL]);
  await breaker.break([LOSS]);
  assert.deepEqual(await breaker.heal([KILL]), ['kill main/a']);
  assert.deepEqual(await breaker.heal(), ['loss 10%']);
  assert.deepEqual(await breaker.heal(), []);
  assert.deepEqual(done.slice(0, 4), [
    'break kill main/a',
    'break loss 10%',
    'heal loss 10%',
    'heal kill main/a',
  ]);
});

test('nothing is broken twice, and what could not be healed stays to be healed', async () => {
  const { breaker, done } = recorded({ failing: 1 });
  await breaker.break([KILL]);
  await assert.rejects(breaker.break([KILL]), { code: 'broken-already' });
  await assert.rejects(breaker.heal(), /not yet/);
  assert.deepEqual(await breaker.heal(), ['kill main/a']);
  assert.deepEqual(done, ['break kill main/a', 'heal kill main/a', 'heal kill main/a']);
});

test('a drill of several breaks all of them or nothing', async () => {
  const { breaker, done } = recorded({ unbreakable: 'loss 10%' });
  await assert.rejects(breaker.break([KILL, LOSS]), /cannot be broken/);
  assert.deepEqual(done, ['break kill main/a', 'heal kill main/a']);
  const zone: Fault = { kind: 'zone', availabilityZone: 'eu-west-1a' };
  await breaker.break([KILL, zone]);
  assert.deepEqual(await breaker.heal([KILL, zone]), ['zone eu-west-1a', 'kill main/a']);
});

test('what is broken to one degree is not broken to another one', async () => {
  const { breaker } = recorded();
  await breaker.break([LOSS]);
  await assert.rejects(breaker.break([{ kind: 'loss', share: 0.2 }]), /"loss 10%" is broken already/);
});

test('what cannot be healed keeps nothing else broken', async () => {
  const { breaker, done } = recorded({ failing: 1 });
  await breaker.break([LOSS]);
  await breaker.break([KILL]);
  await assert.rejects(breaker.heal(), /not yet/);
  assert.deepEqual(done.slice(2), ['heal kill main/a', 'heal loss 10%']);
  assert.deepEqual(await breaker.heal(), ['kill main/a']);
});

test('breaking and healing wait for each other', async () => {
  const { breaker, done } = recorded();
  await Promise.all([breaker.break([KILL]), breaker.heal(), breaker.break([KILL]), breaker.heal()]);
  assert.deepEqual(done, ['break kill main/a', 'heal kill main/a', 'break kill main/a', 'heal kill main/a']);
});

/** A breaker that writes down what it does; the first heals fail, so many. */
function recorded({ failing = 0, unbreakable = '' } = {}) {
  const done: string[] = [];
  let failures = failing;
  const breaker = makeBreaker(async (fault) => {
    await new Promise(setImmediate);
    if (formatFault(fault) === unbreakable) throw new Error('it cannot be broken');
    done.push(`break ${formatFault(fault)}`);
    return async () => {
      await new Promise(setImmediate);
      done.push(`heal ${formatFault(fault)}`);
      if (failures-- > 0) throw new Error('not yet');
    };
  });
  return { breaker, done };
}
