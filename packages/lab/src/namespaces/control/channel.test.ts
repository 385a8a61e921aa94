import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openChannel, serveChannel } from './channel.ts';

describe('the channel to a lab', { timeout: 300_000 }, () => {
  test('carries messages both ways, in their order, and only root may use it', async (t) => {
    const path = temporaryPath(t);
    const server = await serveChannel(path, (message, channel) => channel.send({ echo: message }));
    t.after(server.stop);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const heard: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const channel = await openChannel(path, (message) => {
      if (heard.push(message) === 3) resolve();
    });
    for (const text of ['one', 'tw\nö', 'x'.repeat(60_000)]) channel.send(text);
    await promise;
    assert.deepEqual(heard, [{ echo: 'one' }, { echo: 'tw\nö' }, { echo: 'x'.repeat(60_000) }]);
    channel.close();
  });

  test('tells the lab when a caller is gone', async (t) => {
    const path = temporaryPath(t);
    const gone = Promise.withResolvers<void>();
    const server = await serveChannel(path, (_, channel) => {
      channel.ended.addEventListener('abort', () => gone.resolve());
      channel.send('heard');
    });
    t.after(server.stop);
    const heard = Promise.withResolvers<void>();
    const channel = await openChannel(path, () => heard.resolve());
    channel.send('hello');
    await heard.promise;
    channel.close();
    await gone.promise;
  });

  for (const [what, bytes] of [
    ['what is no JSON', 'nonsense\n'],
    ['a line without end', 'x'.repeat(2 ** 17)],
  ] as const) {
    test(`ends the call of one who sends ${what}`, async (t) => {
      const path = temporaryPath(t);
      const server = await serveChannel(path, () => assert.fail('nothing was to be heard'));
      t.after(server.stop);
      const socket = connect(path);
      socket.on('error', () => {});
      socket.write(bytes);
      await once(socket.resume(), 'close');
    });
  }

  test('nobody listens: the caller hears of it', async (t) => {
    await assert.rejects(
      openChannel(temporaryPath(t), () => {}),
      { code: 'ENOENT' },
    );
  });
});

function temporaryPath(t: { after: (clean: () => void) => void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-channel-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'control');
}
