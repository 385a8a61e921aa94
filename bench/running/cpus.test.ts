import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCpuList } from './cpus.ts';

test('a CPU list has single CPUs and ranges', () => {
  assert.deepEqual(parseCpuList('0-1\n'), [0, 1]);
  assert.deepEqual(parseCpuList('3,8-10'), [3, 8, 9, 10]);
  assert.deepEqual(parseCpuList(''), []);
});
