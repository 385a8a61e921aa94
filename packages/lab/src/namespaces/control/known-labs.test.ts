import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { knownLabs, noteTopology } from './known-labs.ts';

test('labs are known by the file that they were started from, and what else lies there is no lab', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-labs-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const lab of ['acme', 'other', 'without']) mkdirSync(join(folder, lab));
  writeFileSync(join(folder, 'acme.lock'), '');
  noteTopology(join(folder, 'acme'), '/home/me/acme.yaml');
  noteTopology(join(folder, 'other'), '/home/me/a name with blanks.ts');
  assert.deepEqual(knownLabs(folder), [
    { lab: 'acme', file: '/home/me/acme.yaml' },
    { lab: 'other', file: '/home/me/a name with blanks.ts' },
  ]);
  assert.deepEqual(knownLabs(join(folder, 'not-there')), []);
});
