import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openMetadata } from './metadata.ts';

/** What a turn of an agent can go on after; anything else would end the agent. */
const AWAY = { name: 'CloudError', kind: 'unreachable' };

test('a metadata service that stops in the middle of an answer is away', async (t) => {
  const endpoint = await serve(t, (response) => response.write('tok'));
  await assert.rejects(openMetadata(endpoint, Date.now).identity(), AWAY);
});

test('so is one whose answer has no end', async (t) => {
  const endpoint = await serve(t, (response) => {
    const more = () => {
      while (!response.destroyed && response.write('token'.repeat(1000)));
    };
    response.on('drain', more);
    more();
  });
  await assert.rejects(openMetadata(endpoint, Date.now).identity(), { ...AWAY, message: /more than 65536/ });
});

async function serve(t: TestContext, answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((_, response) => answer(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
