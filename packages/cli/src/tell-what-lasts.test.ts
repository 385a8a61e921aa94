import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { tellWhatLasts } from './tell-what-lasts.ts';

test('what is done within a second is not told; what lasts is, and then each next thing', (t) => {
  const written = capture(t);
  const lasting = tellWhatLasts();
  lasting.tell('making networks');
  t.mock.timers.tick(400);
  lasting.tell('starting members');
  assert.deepEqual(written, []);
  t.mock.timers.tick(600);
  assert.deepEqual(written, ['starting members …\n']);
  lasting.tell('removing all of it');
  assert.deepEqual(written, ['starting members …\n', 'removing all of it …\n']);
});

test('nothing is told of what ends in time', (t) => {
  const written = capture(t);
  const lasting = tellWhatLasts();
  lasting.tell('making networks');
  lasting.stop();
  t.mock.timers.tick(5000);
  assert.deepEqual(written, []);
});

function capture(t: TestContext): string[] {
  const written: string[] = [];
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(process.stderr, 'write', (text: string) => {
    written.push(text);
    return true;
  });
  return written;
}
