import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { pointsman, ROOT } from './system/command.ts';

const ACME = 'examples/acme/hybrid.yaml';

type Change = {
  networks: string[];
  name: string;
  type?: string;
  was: { disposition: string };
  is: { disposition: string };
};

describe('compare', { timeout: 300_000 }, () => {
  test('says nothing, with exit code 0, where only the file has changed', async (t) => {
    const changed = copyOf(t, (text) =>
      `# another comment\n${text}`.replace(
        '{ name: c, subnet: c, address: 10.10.3.53 }',
        '{ name: c, subnet: c, address: 10.10.3.54 }',
      ),
    );
    const { code, stdout } = await pointsman('compare', ACME, changed);
    assert.deepEqual([code, stdout], [0, '']);
  });

  test('tells of a zone that has moved away, for whom, and of the aliases that led into it', async (t) => {
    const changed = copyOf(t, (text) =>
      text.replace(
        'orders.cloud.acme.example: { kind: private, networks: [shared]',
        'orders.cloud.acme.example: { kind: private, networks: [orders]',
      ),
    );
    const { code, changes } = await compareJson(ACME, changed);
    assert.equal(code, 1);
    assert.deepEqual(
      changes.map(({ name, type, networks }) => [name, type, networks.length]),
      [
        ['orders.cloud.acme.example.', undefined, 4],
        ['shop.corp.acme.example.', 'A', 4],
      ],
    );
  });

  test('tells of a record that has changed, and of the aliases to it', async (t) => {
    const changed = copyOf(
      t,
      (text) => text,
      (folder) => {
        const file = join(folder, 'zones/corp.acme.example.zone');
        writeFileSync(file, readFileSync(file, 'utf8').replace('192.168.10.40', '192.168.10.41'));
      },
    );
    const { changes } = await compareJson(ACME, changed);
    assert.deepEqual(changes.map(({ name, type }) => `${name} ${type}`).sort(), [
      'stock.corp.acme.example. A',
      'warehouse.orders.cloud.acme.example. A',
    ]);
    const { stdout } = await pointsman('compare', ACME, changed);
    assert.match(stdout, /− A 192\.168\.10\.40 .*\n +\+ A 192\.168\.10\.41 /);
  });

  test('tells of networks that are new or gone', async (t) => {
    const changed = copyOf(t, (text) => text.replaceAll('billing', 'ledger'));
    const { code, stdout } = await pointsman('compare', ACME, changed);
    assert.equal(code, 1);
    assert.equal(stdout, '+ network ledger is new\n− network billing is gone\n');
  });

  test('a topology that is wrong is not compared', async (t) => {
    const changed = copyOf(t, (text) => text.replace('kind: vpc', 'kind: vcp'));
    assert.equal((await pointsman('compare', ACME, changed)).code, 2);
  });
});

async function compareJson(...args: string[]): Promise<{ code: number | null; changes: Change[] }> {
  const { code, stdout } = await pointsman('compare', ...args, '--json');
  return { code, ...JSON.parse(stdout) };
}

/** The example, with another text in its file and whatever else is done to its folder. */
function copyOf(
  t: TestContext,
  change: (text: string) => string,
  more: (folder: string) => void = () => {},
): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-compare-'));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(resolve(ROOT, dirname(ACME)), folder, { recursive: true });
  const file = join(folder, 'hybrid.yaml');
  writeFileSync(file, change(readFileSync(file, 'utf8')));
  more(folder);
  return file;
}
