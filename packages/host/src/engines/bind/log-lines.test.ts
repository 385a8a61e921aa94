import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLogLine } from './log-lines.ts';

test('a line has a level, a category and a message', () => {
  assert.deepEqual(parseLogLine('2026-11-23T12:59:34.307Z general: notice: running'), {
    level: 'info',
    category: 'general',
    message: 'running',
  });
  assert.deepEqual(
    parseLogLine("2026-11-23T12:59:34.307Z lame-servers: error: REFUSED resolving 'a: b/A/IN': 192.0.2.1#53"),
    { level: 'error', category: 'lame-servers', message: "REFUSED resolving 'a: b/A/IN': 192.0.2.1#53" },
  );
  assert.equal(parseLogLine('2026-11-23T12:59:34.307Z resolver: debug 3: x').level, 'debug');
  assert.equal(parseLogLine('2026-11-23T12:59:34.307Z config: critical: x').level, 'error');
});

test('a line that named did not write as it was told is a warning', () => {
  const text = 'named: ../../lib/isc/mem.c:100: fatal error: out of memory';
  assert.deepEqual(parseLogLine(text), { level: 'warning', category: 'named', message: text });
});
