import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { openSqliteStore } from './sqlite-store.ts';
import { OPTIONS } from './store.contract.ts';

const WRITER = join(import.meta.dirname, 'kill-writer.ts');
/** In memory where the system has such a place: locks are the matter here, and a busy disk may take its time. */
const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'two-'));
after(() => rmSync(folder, { recursive: true }));

type Life = {
  writer: ChildProcess;
  complaint: string;
  kept: number;
  isWriting: Promise<boolean>;
  /** Resolves when it has ended, also where that was long ago: how. */
  ended: Promise<unknown[]>;
};

/** A process that writes until it is killed: `isWriting` once its first batch is acknowledged, or false where it has ended before. */
function startWriter(path: string): Life {
  const writer = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'pipe'] });
  const writing = Promise.withResolvers<boolean>();
  const life: Life = {
    writer,
    complaint: '',
    kept: 0,
    isWriting: writing.promise,
    ended: once(writer, 'close'),
  };
  writer.stderr.on('data', (text) => {
    life.complaint += text;
  });
  createInterface(writer.stdout).on('line', (line) => {
    if (!line.startsWith('kept ')) return;
    life.kept = Number(line.split(' ')[1]) + 1;
    writing.resolve(true);
  });
  writer.on('close', () => writing.resolve(false));
  after(() => writer.kill('SIGKILL'));
  return life;
}

test('of two processes that make one file at the same time, one is refused, and the other loses nothing of what it acknowledged', async () => {
  for (let round = 0; round < 2; round++) {
    const path = join(folder, `${round}.db`);
    const lives = [startWriter(path), startWriter(path)];
    const writing = await Promise.all(lives.map(({ isWriting }) => isWriting));
    const winners = lives.filter((_, index) => writing[index]);
    assert.equal(winners.length, 1, lives.map(({ complaint }) => complaint).join('\n'));
    const [winner] = winners;
    const loser = lives.find((life) => life !== winner)!;
    assert.match(loser.complaint, /StoreFileError: the database .* is in use by another process/);
    winner!.writer.kill('SIGKILL');
    const [, signal] = await winner!.ended;
    assert.equal(signal, 'SIGKILL', winner!.complaint);
    const store = await openSqliteStore(path, OPTIONS);
    const found = (store.recordSetCount(store.zones()[0]!.id) - 2) / 2;
    assert.ok(found === winner!.kept || found === winner!.kept + 1, `${found} of ${winner!.kept}`);
    await store.close();
  }
});
