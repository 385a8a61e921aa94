import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBusy, parseResidentBytes, parseStat } from './proc.ts';

test('the CPU times of /proc/PID/stat are found behind a name with spaces and parentheses', () => {
  const stat =
    '4242 (a (strange) name) S 1 4242 4242 0 -1 4194560 900 0 1 0 123 456 7 8 20 0 3 0 55555 1000000 250 18446744073709551615';
  assert.deepEqual(parseStat(stat), { user: 1_230_000, system: 4_560_000 });
});

test('the resident set of /proc/PID/status is in bytes', () => {
  assert.equal(
    parseResidentBytes('Name:\tnsd\nVmHWM:\t  999 kB\nVmRSS:\t   1234 kB\nThreads:\t1\n'),
    1234 * 1024,
  );
});

test('a process that has ended and has no memory left counts as zero', () => {
  assert.equal(parseResidentBytes('Name:\tnsd\nState:\tZ (zombie)\n'), 0);
});

test('a CPU was busy with everything but idling and waiting for disks', () => {
  const stat =
    'cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 1 2 3 1000 1000 4 5 6 0 0\ncpu10 7 0 0 0 0 0 0 0 0 0\nintr 1\n';
  assert.equal(parseBusy(stat, 0), 210_000);
  assert.equal(parseBusy(stat, 10), 70_000);
});
