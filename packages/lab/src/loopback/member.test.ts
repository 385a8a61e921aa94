import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { forkMember, tell } from './fork-member.ts';
import { makeForwarder } from './member.fixture.ts';
import { startMember } from './member.ts';
import type { FromMember } from './member-messages.ts';
import type { WorldForwarder } from './world-plan.ts';

const SEED = Number(process.env.SEED ?? randomInt(2 ** 31));
const ENDS = 10;
const AT_A_TIME = 2;

describe('a member', { timeout: 300_000 }, () => {
  test('that is told to end at any moment of its start ends in order', async (t) => {
    t.diagnostic(`SEED=${SEED}`);
    const length = await lengthOfStart(t);
    const moments = fc.sample(fc.integer({ min: 400, max: 1100 }), { numRuns: ENDS, seed: SEED });
    const waiting = moments.values();
    const bad: unknown[] = [];
    const lane = async () => {
      for (const moment of waiting) {
        const child = forkAlone(t, makeForwarder());
        const exited = once(child, 'exit');
        const timer = setTimeout(() => child.kill('SIGTERM'), (moment / 1000) * length);
        const [code, signal] = await exited;
        clearTimeout(timer);
        // Before it has heard of signals it ends by this one.
        if (code !== 0 && signal !== 'SIGTERM') bad.push({ moment, code, signal });
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, lane));
    assert.deepEqual(bad, []);
  });

  test('whose lab is gone before it listens for that ends too', async (t) => {
    const child = forkAlone(t, makeForwarder());
    child.disconnect();
    assert.deepEqual(await once(child, 'exit'), [0, null]);
  });

  test('whose start is given up has ended when that is told', async () => {
    const giveUp = new AbortController();
    const started = startMember(makeForwarder(), { signal: giveUp.signal });
    giveUp.abort();
    await assert.rejects(started, { code: 'member-ended', message: 'ended with code 0' });
  });

  test('on a machine of its own is in a process group of its own, which no Ctrl-C of the terminal reaches', async () => {
    const member = await startMember(makeForwarder(), { enter: ['env'] });
    const [, , group] = readFileSync(`/proc/${member.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    assert.equal(group, String(member.pid));
    await member.stop();
  });

  test('has no figures any more from the moment it has exited', async () => {
    const member = await startMember(makeForwarder());
    assert.equal((await member.stats())?.queries, 0);
    const asked = Array.from({ length: 3 }, () => member.stats());
    await member.stop();
    await Promise.all(asked);
    assert.equal(await member.stats(), undefined);
    assert.equal(member.death(), 'ended with code 0');
  });
});

/** Milliseconds from the start of the process until it serves. */
async function lengthOfStart(t: TestContext): Promise<number> {
  const since = performance.now();
  const child = forkAlone(t, makeForwarder());
  const [message] = (await once(child, 'message')) as [FromMember];
  assert.equal(message.kind, 'started');
  const length = performance.now() - since;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
  return length;
}

/** The process alone, without what the lab makes of its end. */
function forkAlone(t: TestContext, { engine, config }: WorldForwarder): ChildProcess {
  const child = forkMember();
  t.after(() => child.kill('SIGKILL'));
  child.stderr!.pipe(process.stderr);
  tell(child, { kind: 'start', engine, config });
  return child;
}
