import assert from 'node:assert/strict';
import { test } from 'node:test';
import { playServer } from '../play-server.fixture.ts';
import { openMetadata } from './metadata.ts';

/** What a turn of an agent can go on after; anything else would end the agent. */
const AWAY = { name: 'CloudError', kind: 'unreachable' };

test('a metadata service that stops in the middle of an answer is away', async (t) => {
  const endpoint = await playServer(t, (_, response) => response.write('tok'));
  await assert.rejects(openMetadata(endpoint, Date.now).identity(), AWAY);
});

test('so is one whose answer has no end', async (t) => {
  const endpoint = await playServer(t, (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write('token'.repeat(1000)));
    };
    response.on('drain', more);
    more();
  });
  await assert.rejects(openMetadata(endpoint, Date.now).identity(), { ...AWAY, message: /more than 65536/ });
});
