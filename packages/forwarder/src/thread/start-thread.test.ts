import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { enableCompileCache, getCompileCacheDir } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startThread } from './start-thread.ts';

test('a thread has the compile cache that a program has enabled', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-compiled-'));
  t.after(() => rmSync(folder, { recursive: true }));
  enableCompileCache(folder);
  const source = `
    import { getCompileCacheDir } from 'node:module';
    import { parentPort } from 'node:worker_threads';
    parentPort.postMessage(getCompileCacheDir());
  `;
  const thread = startThread(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
  const [seen] = await once(thread, 'message');
  assert.ok(seen);
  assert.equal(seen, getCompileCacheDir());
});
