import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordPositions } from './record-positions.ts';

test('a record set is found where its first record begins, whatever the origin and the owner come from', () => {
  const text = `$TTL 60
@   IN SOA ns host (
       1 2 3 4 5 )
    3600 IN NS ns
www A 10.0.0.1
    A 10.0.0.2
$ORIGIN sub
www 60 TYPE1 10.0.0.3
`;
  assert.deepEqual(
    [...recordPositions(text, 'acme.example.')],
    [
      ['acme.example. SOA', { line: 2, column: 1 }],
      ['acme.example. NS', { line: 4, column: 5 }],
      ['www.acme.example. A', { line: 5, column: 1 }],
      ['www.sub.acme.example. A', { line: 8, column: 1 }],
    ],
  );
});
