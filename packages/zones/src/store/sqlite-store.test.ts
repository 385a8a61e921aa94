import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { openSqliteStore } from './sqlite-store.ts';
import { addressSet, change, describeStore, OPTIONS, OWNER, privateZone } from './store.contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'store-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = () => join(folder, `${files++}.db`);

describeStore('sqlite', (options) => openSqliteStore(newPath(), options));

/** A closed store with a zone of some size. */
async function filledStore(): Promise<string> {
  const path = newPath();
  const store = await openSqliteStore(path, OPTIONS);
  const zone = await privateZone(store);
  for (let batch = 0; batch < 3; batch++) {
    const sets = Array.from({ length: 500 }, (_, index) =>
      addressSet(`n${batch}-${index}.z.example`, '10.0.0.1', '10.0.0.2'),
    );
    await store.changeRecordSets(
      zone.id,
      sets.map((set) => change('CREATE', set)),
    );
  }
  await store.close();
  return path;
}

describe('the file of a store', () => {
  test('holds everything across a restart', async () => {
    const path = newPath();
    const first = await openSqliteStore(path, OPTIONS);
    const zone = await privateZone(first);
    const check = {
      account: OWNER,
      callerReference: 'c',
      config: { type: 'TCP' as const, ipAddress: '10.0.0.1', port: 1 },
    };
    const { value: health } = await first.createHealthCheck(check);
    const weighted = {
      ...addressSet('w.z.example', '10.0.0.1'),
      setIdentifier: 'a',
      weight: 3,
      healthCheckId: health.id,
    };
    const odd = addressSet('a\\040b.z.example', '10.0.0.1', '10.0.0.2');
    const alias = {
      name: 'z.example',
      type: 'A',
      alias: { hostedZoneId: zone.id, dnsName: 'w.z.example', evaluateTargetHealth: true },
    };
    const { change: made } = await first.changeRecordSets(zone.id, [
      change('CREATE', weighted),
      change('CREATE', alias),
      change('CREATE', odd),
    ]);
    await first.changeTags({ kind: 'hostedzone', id: zone.id }, { a: 'b' }, []);
    await first.createDelegationSet({ account: OWNER, callerReference: 'd' });
    const shown = (store: typeof first) => ({
      zones: store.zones(),
      sets: store.recordSets(zone.id, undefined, 100),
      count: store.recordSetCount(zone.id),
      checks: store.healthChecks(),
      delegations: store.delegationSets(),
      tags: store.tags({ kind: 'hostedzone', id: zone.id }),
      change: store.change(made.id),
      revision: store.revision(),
    });
    const before = shown(first);
    await first.close();
    const second = await openSqliteStore(path, OPTIONS);
    assert.deepEqual(shown(second), before);
    await second.close();
  });

  for (const [what, spoil, code] of [
    [
      'cut short by a page',
      (path: string) => truncateSync(path, readFileSync(path).length - 4096),
      'damaged',
    ],
    ['cut to half a page', (path: string) => truncateSync(path, 2048), 'damaged'],
    ['cut to nothing', (path: string) => truncateSync(path, 0), 'damaged'],
    ['that is text', (path: string) => writeFileSync(path, 'no database\n'.repeat(100)), 'damaged'],
    ['with pages of noise', (path: string) => overwrite(path, 8192), 'damaged'],
    ['with a row that is no record set', (path: string) => spoilRow(path, 'garbage'), 'damaged'],
    ['with a row that breaks off', (path: string) => spoilRow(path, '[{"type":'), 'damaged'],
    ['of another program', foreign, 'foreign'],
  ] as const) {
    test(`${what} is refused with a clear error and left untouched`, async () => {
      const path = await filledStore();
      spoil(path);
      const before = readFileSync(path);
      await assert.rejects(openSqliteStore(path, OPTIONS), { name: 'StoreFileError', code });
      assert.ok(before.equals(readFileSync(path)));
    });
  }

  test('of an older version is brought up to this one, with all that it holds', async () => {
    const path = await filledStore();
    const database = new DatabaseSync(path);
    database.exec('DROP TABLE cidr_collections; PRAGMA user_version = 1');
    database.close();
    const store = await openSqliteStore(path, OPTIONS);
    const [zone] = store.zones();
    assert.equal(store.recordSets(zone!.id, undefined, 2000).recordSets.length, 1500 + 2);
    await store.createCidrCollection({ account: OWNER, name: 'offices', callerReference: 'o' });
    await store.close();
    const again = await openSqliteStore(path, OPTIONS);
    assert.deepEqual(
      again.cidrCollections().map(({ name }) => name),
      ['offices'],
    );
    await again.close();
  });

  test('is held by one process', async () => {
    const path = newPath();
    const store = await openSqliteStore(path, OPTIONS);
    await assert.rejects(openSqliteStore(path, OPTIONS), { code: 'in-use' });
    await store.close();
    await (await openSqliteStore(path, OPTIONS)).close();
  });

  test('that cannot be made is an error that names it', async () => {
    await assert.rejects(openSqliteStore(join(folder, 'no', 'such', 'folder.db'), OPTIONS), {
      code: 'unreachable',
    });
  });

  test('whose main part is gone while its log is there is not made anew', async () => {
    const path = newPath();
    copyFileSync(await filledStore(), `${path}-wal`);
    await assert.rejects(openSqliteStore(path, OPTIONS), { code: 'damaged' });
  });
});

function overwrite(path: string, from: number): void {
  writeFileSync(path, readFileSync(path).fill(0xa5, from));
}

function spoilRow(path: string, sets: string): void {
  const database = new DatabaseSync(path);
  database.prepare("UPDATE names SET sets = ? WHERE name = 'n1-7.z.example.'").run(sets);
  database.close();
}

function foreign(path: string): void {
  rmSync(path);
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)');
  database.close();
}
