import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

/**
 * Kills a writing process at random moments and compares what it had acknowledged with what its successor finds. Bounded by time, for a build;
 * `KILLS=500` asks for so many, however long that takes, and `SEED=n` for the moments of another run.
 */
const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const KILLS = Number(process.env.KILLS ?? 0);
const BUDGET_MS = 12_000;
const WRITER = join(import.meta.dirname, 'kill-writer.ts');

const folder = mkdtempSync(join(tmpdir(), 'kills-'));
after(() => rmSync(folder, { recursive: true }));

test(`what is acknowledged outlives a SIGKILL at any moment (seed ${SEED})`, async (context) => {
  const random = seeded(SEED);
  const path = join(folder, 'store.db');
  const end = Date.now() + BUDGET_MS;
  let kills = 0;
  let acknowledged = 0;
  for (; KILLS > 0 ? kills < KILLS : Date.now() < end || kills < 3; kills++) {
    const life = await liveAndDie(path, Math.floor(random() * 60), random() * 4);
    // A batch that was kept, but whose acknowledgement did not get out, may be there: one at most.
    assert.ok(Number.isInteger(life.found), `half a batch is there after kill ${kills}`);
    assert.ok(
      life.found === acknowledged || life.found === acknowledged + 1,
      `${acknowledged} acknowledged, ${life.found} found, after kill ${kills}`,
    );
    acknowledged = life.kept;
  }
  context.diagnostic(`${kills} kills, ${acknowledged} batches kept`);
});

/** Starts a writer, lets it acknowledge some batches, kills it some milliseconds later. Gives how many batches it found, and how many were kept. */
async function liveAndDie(path: string, batches: number, delay: number) {
  const writer = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(writer, 'close');
  let text = '';
  let dying = false;
  for await (const chunk of writer.stdout) {
    text += chunk;
    if (!dying && text.split('\n').length > batches + 1) {
      dying = true;
      setTimeout(() => writer.kill('SIGKILL'), delay);
    }
  }
  const [, signal] = await exited;
  assert.equal(signal, 'SIGKILL', `the writer died by itself: ${text.slice(-200)}`);
  const [first, ...lines] = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .trimEnd()
    .split('\n');
  const found = Number(first!.split(' ')[2]);
  const last = lines.at(-1);
  return { found, kept: last === undefined ? found : Number(last.split(' ')[1]) + 1 };
}

/** Mulberry32: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
