import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeHostExamination } from './examine-host.ts';

test('a state directory that nobody has made yet is no fault of the disk; one that cannot be made is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-examine-'));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.equal((await makeHostExamination(join(folder, 'lib/pointsman'))()).disk, undefined);
  writeFileSync(join(folder, 'file'), '');
  assert.match((await makeHostExamination(join(folder, 'file/pointsman'))()).disk!, /^ENOTDIR/);
});
