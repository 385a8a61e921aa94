import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as soon } from 'node:timers/promises';
import { manualClock } from '../clock/clock.ts';
import { startBackground } from './background.ts';

function make() {
  const clock = manualClock(0);
  const failures: string[] = [];
  const background = startBackground(clock, (error, what) =>
    failures.push(`${what}: ${(error as Error).message}`),
  );
  return { clock, failures, background };
}

describe('What goes on in the background', () => {
  test('begins when its time has come, and settles with all that it begins itself', async () => {
    const { clock, background } = make();
    const done: string[] = [];
    background.later(100, 'first', async () => {
      await soon();
      background.later(0, 'second', async () => {
        done.push('second');
      });
      done.push('first');
    });
    clock.advance(99);
    await background.settled();
    assert.deepEqual(done, []);
    clock.advance(1);
    await background.settled();
    assert.deepEqual(done, ['first', 'second']);
  });

  test('is told of where it fails, and ends nothing else', async () => {
    const { background, failures } = make();
    background.later(0, 'boot', async () => {
      throw new Error('no');
    });
    await background.settled();
    assert.deepEqual(failures, ['boot: no']);
  });

  test('is called off when it is stopped, but for what runs', async () => {
    const { clock, background } = make();
    const done: string[] = [];
    background.later(0, 'running', async () => {
      await soon();
      done.push('running');
      background.later(0, 'too late', async () => {
        done.push('too late');
      });
    });
    background.later(100, 'waiting', async () => {
      done.push('waiting');
    });
    await background.stop();
    clock.advance(1000);
    await background.settled();
    assert.deepEqual(done, ['running']);
  });
});
