import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseQueries } from './index.ts';

test('queries are read as dnsperf reads them; a question that comes again is asked once', () => {
  const text =
    '; comment\n# another\n\nwww.Example a\r\n  \twww.example.\tA  \nwww.example AAAA\n_sip._tcp.example TYPE65280\n';
  assert.deepEqual(parseQueries(text), {
    ok: true,
    questions: [
      { name: 'www.example.', type: 'A' },
      { name: 'www.example.', type: 'AAAA' },
      { name: '_sip._tcp.example.', type: 'TYPE65280' },
    ],
  });
});

test('all mistakes are told, each with its line', () => {
  const text = 'www.example\nwww.example A IN\nwww.example SOAP\na..b A\nwww.example A\nü.example A\n';
  const result = parseQueries(text);
  assert.ok(!result.ok);
  assert.deepEqual(
    result.problems.map(({ line }) => line),
    [1, 2, 3, 4, 6],
  );
  assert.match(
    result.problems[0]!.message,
    /"www\.example" is not a name and a type, such as: www\.example A/,
  );
  assert.match(result.problems[2]!.message, /"SOAP" is not a record type/);
  assert.match(result.problems[4]!.message, /xn--/);
});

test('whatever the text, the answer is questions or problems', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const result = parseQueries(text);
      assert.ok(result.ok || result.problems.length > 0);
    }),
  );
});
