import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pointsman } from './system/command.ts';

const ACME = 'examples/acme/hybrid.yaml';
const TWO_SITES = 'examples/two-sites/two-sites.yaml';

type Cell = { network: string; zone: string; disposition: string; by?: string };

async function cells(...args: string[]): Promise<Cell[]> {
  return JSON.parse((await pointsman('matrix', ...args, '--json')).stdout);
}

describe('matrix', { timeout: 300_000 }, () => {
  test('has a cell for every network and zone, and in the example each zone is answered by itself', async () => {
    const all = await cells(ACME);
    assert.equal(all.length, 4 * 8);
    for (const { zone, disposition, by } of all) {
      assert.equal(by, zone);
      assert.equal(disposition, zone.endsWith('.example') || zone.endsWith('.arpa') ? 'ANSWERED' : 'PUBLIC');
    }
  });

  test('after a failure it shows who is cut off from what', async () => {
    const lost = (await cells(TWO_SITES, '--without', 'link:syd-hub-dub-hub')).filter(
      ({ disposition }) => disposition === 'NO_ROUTE',
    );
    assert.deepEqual(
      new Set(lost.filter(({ zone }) => zone.startsWith('dub.')).map(({ network }) => network)),
      new Set(['syd-hub', 'syd-apps', 'melbourne']),
    );
    assert.ok(lost.every(({ zone }) => zone !== 'shared.northwind.example'));
  });

  test('in words, networks that are alike share a column, and reasons are told once', async () => {
    const { stdout } = await pointsman('matrix', TWO_SITES, '--without', 'link:syd-hub-dub-hub');
    assert.match(stdout, /^zone +syd-hub, syd-apps \+1 +dub-hub, dub-apps \+1$/m);
    assert.match(stdout, /^dub\.northwind\.example +NO_ROUTE +answered$/m);
    assert.equal(stdout.match(/the only link to dub-hub has failed/g)?.length, 1);
  });

  test('is a page that needs nothing beside it', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'pointsman-matrix-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'matrix.html');
    const { code, stdout } = await pointsman('matrix', ACME, '--html', file);
    assert.deepEqual([code, stdout], [0, '']);
    const page = readFileSync(file, 'utf8');
    assert.equal(page.match(/<tr>/g)?.length, 1 + 8);
    assert.match(page, /prefers-color-scheme: dark/);
    assert.ok(!/undefined|https?:\/\//.test(page));
  });
});
