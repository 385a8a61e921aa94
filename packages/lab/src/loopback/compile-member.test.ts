import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileMember } from './compile-member.ts';
import { makeForwarder } from './member.fixture.ts';
import { startMember } from './member.ts';

for (const engine of ['native', 'bind'] as const)
  test(`a member with the engine ${engine} loads nothing that has not been compiled for it`, async (t) => {
    const cache = mkdtempSync(join(tmpdir(), 'pointsman-compiled-'));
    const before = process.env.NODE_COMPILE_CACHE;
    process.env.NODE_COMPILE_CACHE = cache;
    t.after(() => {
      if (before === undefined) delete process.env.NODE_COMPILE_CACHE;
      else process.env.NODE_COMPILE_CACHE = before;
      rmSync(cache, { recursive: true });
    });
    await compileMember(engine);
    const compiled = readdirSync(cache, { recursive: true }).sort();
    assert.ok(compiled.length > 1);
    const member = await startMember(makeForwarder(engine));
    await member.stop();
    assert.deepEqual(readdirSync(cache, { recursive: true }).sort(), compiled);
  });
