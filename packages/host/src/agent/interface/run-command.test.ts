import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from './run-command.ts';

test('a command has a process group of its own, which a Ctrl-C in the terminal does not reach', async () => {
  const { code, stdout } = await runCommand(['cut', '-d', ' ', '-f', '1,5', '/proc/self/stat']);
  const [process, group] = stdout.trim().split(' ');
  assert.deepEqual([code, group], [0, process]);
});
