import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { askEngine, feelPulse } from './ask-engine.ts';

test('nobody waits for a silent engine once its address is let go of', async (t) => {
  const engine = createSocket('udp4');
  engine.bind(0, '127.0.0.1');
  await once(engine, 'listening');
  t.after(() => engine.close());
  const at = { address: '127.0.0.1', port: engine.address().port };
  const ending = new AbortController();
  // The test's own time would be over long before.
  const patience = 3_600_000;
  const asked = askEngine(at, [{ name: 'corp.example.', type: 'SOA' }], patience, ending.signal);
  const felt = feelPulse(at, patience, ending.signal);
  await once(engine, 'message');
  ending.abort();
  assert.deepEqual(await asked, [{ state: 'silent', detail: 'no answer' }]);
  assert.equal(await felt, false);
});
