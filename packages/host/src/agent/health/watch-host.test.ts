import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AgentPorts } from '../agent-ports.ts';
import { makeFitness } from '../fitness.ts';
import { makeHostExamination } from './examine-host.ts';
import { watchHost } from './watch-host.ts';

test('a host that Auto Scaling ends stays unfit while its metadata service is away', async () => {
  const fitness = makeFitness();
  const ending = new AbortController();
  const states: string[] = [];
  let asked = 0;
  await watchHost(
    {
      metadata: {
        targetLifecycleState: async () => {
          if (++asked === 1) return 'Terminated';
          throw new Error('it does not answer');
        },
        clockOffset: () => 0,
      },
      examineHost: async () => {
        states.push(fitness.state());
        if (states.length === 2) ending.abort();
        return { disk: undefined, memoryAvailable: 1 };
      },
      report: () => {},
    } as Partial<AgentPorts> as AgentPorts,
    fitness,
    ending.signal,
  );
  assert.deepEqual(states, ['leaving', 'leaving']);
});

test('a disk that hangs is a fault, and does not hold up whoever looks', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'pointsman-disk-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const examine = makeHostExamination(directory, 200);
  assert.equal((await examine()).disk, undefined);
  // Opening it waits for somebody who reads.
  execFileSync('mkfifo', [join(directory, 'writable')]);
  assert.match((await examine()).disk!, /taken nothing for 0.2 s/);
  assert.match((await examine()).disk!, /taken nothing for 0.2 s/);
  await readFile(join(directory, 'writable'));
});
