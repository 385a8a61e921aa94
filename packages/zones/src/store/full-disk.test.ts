import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openSqliteStore } from './sqlite-store.ts';
import { addressSet, change, OPTIONS, privateZone, refuses } from './store.contract.ts';

/** A file system of 2 MiB, in memory. */
function mountSmallDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]);
  after(() => {
    execFileSync('umount', [folder]);
    rmdirSync(folder);
  });
  return folder;
}

const isRoot = process.getuid?.() === 0;

test('on a full disk a change is refused and nothing of it is there; all else goes on, and changes again once there is room', {
  skip: isRoot ? false : 'mounting a small file system needs root',
}, async () => {
  const folder = mountSmallDisk();
  const path = join(folder, 'zones.db');
  const store = await openSqliteStore(path, OPTIONS);
  const zone = await privateZone(store);
  const batch = (prefix: string) =>
    Array.from({ length: 400 }, (_, index) =>
      change('CREATE', addressSet(`${prefix}${index}.z.example`, '10.0.0.1')),
    );
  await store.changeRecordSets(zone.id, batch('first'));
  const ballast = join(folder, 'ballast');
  assert.throws(() => writeFileSync(ballast, new Uint8Array(2 ** 21)), { code: 'ENOSPC' });
  const revision = store.revision();
  await refuses(
    store.changeRecordSets(zone.id, batch('second')),
    'ServiceUnavailable',
    /was not stored: .*(disk is full|disk I\/O error)/,
  );
  assert.equal(store.recordSetCount(zone.id), 402);
  assert.equal(store.revision(), revision);
  rmSync(ballast);
  await store.changeRecordSets(zone.id, batch('third'));
  await store.close();
  const again = await openSqliteStore(path, OPTIONS);
  assert.equal(again.recordSetCount(zone.id), 802);
  assert.deepEqual(again.recordSetsAt(zone.id, 'second0.z.example.'), []);
  await again.close();
});
