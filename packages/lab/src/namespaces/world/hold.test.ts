import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { takeHold } from './hold.ts';

describe('the hold of a lab', { timeout: 300_000 }, () => {
  test('one process has it, until it lets go', (t) => {
    const folder = temporaryFolder(t);
    const hold = takeHold('acme', folder);
    assert.ok(hold && existsSync(hold.folder));
    assert.equal(takeHold('acme', folder), undefined);
    const other = takeHold('other', folder);
    assert.ok(other, 'another lab is another hold');
    other.release();
    hold.release();
    assert.ok(!existsSync(hold.folder));
    const next = takeHold('acme', folder);
    assert.ok(next);
    next.release();
  });

  test('a process that was killed has it no longer', async (t) => {
    const folder = temporaryFolder(t);
    const holder = await startHolder(folder);
    t.after(() => holder.kill('SIGKILL'));
    assert.equal(takeHold('acme', folder), undefined);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const hold = takeHold('acme', folder);
    assert.ok(hold);
    hold.release();
  });

  test('of many that want it at once, one gets it each time', async (t) => {
    const folder = temporaryFolder(t);
    for (let round = 0; round < 3; round++) {
      const children = Array.from({ length: 4 }, () => spawnHolder(folder));
      t.after(() => children.forEach((child) => void child.kill('SIGKILL')));
      const said = await Promise.all(children.map(firstWord));
      assert.deepEqual(said.toSorted(), ['busy', 'busy', 'busy', 'held']);
      const closed = children.map((child) => once(child, 'close'));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(closed);
    }
  });
});

const HOLDER = fileURLToPath(new URL('./hold.fixture.ts', import.meta.url));

function spawnHolder(folder: string): ChildProcess {
  return spawn(process.execPath, [HOLDER, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function startHolder(folder: string): Promise<ChildProcess> {
  const child = spawnHolder(folder);
  assert.equal(await firstWord(child), 'held');
  return child;
}

async function firstWord(child: ChildProcess): Promise<string> {
  const [data] = (await once(child.stdout!, 'data')) as [Buffer];
  return data.toString().trim();
}

function temporaryFolder(t: { after: (clean: () => void) => void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'pointsman-hold-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
