import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommands } from './commands.ts';

test('a command has a process group of its own, which a Ctrl-C in the terminal does not reach', async () => {
  const output = await createCommands('none').run('cut', ['-d', ' ', '-f', '1,5', '/proc/self/stat']);
  const [process, group] = output.trim().split(' ');
  assert.equal(group, process);
});
