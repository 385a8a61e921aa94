import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsWithin, shellWord } from './terminal.ts';

test('a table that is too wide goes on below its last column, and breaks only behind a comma', () => {
  const rows = [
    ['network', 'at'],
    ['hub', '127.10.1.53, 127.10.2.53, 127.10.3.53'],
    ['app', '127.1.0.53'],
  ];
  assert.deepEqual(columnsWithin(36, rows), [
    'network  at',
    'hub      127.10.1.53, 127.10.2.53,',
    '         127.10.3.53',
    'app      127.1.0.53',
  ]);
  assert.deepEqual(columnsWithin(5, rows).slice(1, 4), [
    'hub      127.10.1.53,',
    '         127.10.2.53,',
    '         127.10.3.53',
  ]);
  assert.equal(columnsWithin(Number.POSITIVE_INFINITY, rows).length, 3);
});

test('a file name stands in quotes where a shell would take it apart', () => {
  assert.equal(shellWord('networks/hybrid-1.yaml'), 'networks/hybrid-1.yaml');
  assert.equal(shellWord('my file.yaml'), "'my file.yaml'");
  assert.equal(shellWord("it's.yaml"), "'it'\\''s.yaml'");
});
