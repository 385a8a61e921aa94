import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openClients } from '../cloud/clients.ts';
import { playServer } from '../play-server.fixture.ts';
import { readBounded } from './read-bounded.ts';
import { openSource } from './source.ts';

const KEYS = { accessKeyId: 'key', secretAccessKey: 'secret', sessionToken: 'token' };
const NEVER = new AbortController().signal;

test('an object that is no text is refused, and its connection is closed at once', async (t) => {
  let isClosed = () => {};
  const closed = new Promise<void>((resolve) => (isClosed = resolve));
  const url = await playServer(t, (_, response) => {
    response.on('close', () => isClosed());
    // It never ends, and says nothing of its length.
    response.write(Buffer.alloc(65_536, 0xff));
  });
  const source = openSource('s3://configs/a.json', 'a', clientsAt(url));
  await assert.rejects(source.fetch(undefined, NEVER), /s3:GetObject/);
  await closed;
});

test('what is longer than it may be is refused before it is read whole, and closed', async () => {
  let parts = 0;
  let isClosed = false;
  async function* endless() {
    try {
      for (;;) {
        parts++;
        yield Buffer.from('0123456789');
      }
    } finally {
      isClosed = true;
    }
  }
  await assert.rejects(readBounded(endless(), 35), /it has more than 35 bytes/);
  assert.equal(parts, 4);
  assert.ok(isClosed);
});

for (const name of ['https://HOST/a.json', 's3://configs/a.json', 'ssm:/configs/a'])
  test(`nobody waits for ${name} once it is not wanted any more`, async (t) => {
    const asked = Promise.withResolvers<void>();
    const url = await playServer(t, () => asked.resolve());
    const source = openSource(name.replace('https://HOST', url), 'a', clientsAt(url));
    const ending = new AbortController();
    const fetched = source.fetch(undefined, ending.signal);
    await asked.promise;
    ending.abort();
    await assert.rejects(fetched);
  });

function clientsAt(endpoint: string) {
  return openClients({ endpoint, region: async () => 'z-1' }, async () => KEYS);
}
