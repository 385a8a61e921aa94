import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import {
  buildModel,
  type Failure,
  failuresOf,
  formatFailure,
  type Trace,
  traceName,
} from '@pointsman/core/verify';
import type { WorldClient } from '@pointsman/lab';
import { findLab, type HostRecord } from '@pointsman/lab';
import { startNamespaceWorld } from '@pointsman/lab/namespaces';
import { differenceFrom, measure } from './proof/compare-answers.ts';
import { type Question, questionsFor } from './proof/questions.ts';
import { makeRandom } from './proof/random.ts';
import { randomTopology } from './proof/random-topology.ts';
import { freePort } from './system/free-port.ts';
import { skipWithoutLab } from './system/lab.ts';

/**
 * Proof against reality, with packets that links carry or drop: random topologies run in network namespaces, names of every class are asked in every network, also after
 * something has failed, and what comes back is what the trace said. SEED=n repeats a run from that seed on, RUNS=n makes it longer.
 */
/** The same in every CI, where a change is judged and not luck; another one at each run elsewhere. */
const SEED = Number(process.env.SEED ?? (process.env.CI === 'true' ? 799132 : randomInt(1_000_000)));
const RUNS = Number(process.env.RUNS ?? 2);
/** Of a topology's questions, so many: each that nobody answers takes seconds. */
const MOST_QUESTIONS = 40;
const QUESTIONS_AT_A_TIME = 32;

describe('proof against networks', { skip: skipWithoutLab, timeout: 24 * 3600 * 1000 }, () => {
  for (let seed = SEED; seed < SEED + RUNS; seed++) {
    test(`a random topology answers as its traces say: SEED=${seed} RUNS=1`, async (t) => {
      const lab = `proof${process.pid}-${seed}`;
      const topology = { ...randomTopology(seed), name: lab };
      const port = await freePort();
      const world = await startNamespaceWorld(topology, {
        file: topology.file,
        port,
        onEndRequest: () => {},
      });
      t.after(world.stop);
      const { record, channel } = await findLab(lab, () => {});
      channel.close();
      await compare(topology, world.plan.clients, record.clients, []);
      const [failure] = makeRandom(seed).some(failuresIn(topology), 1);
      if (!failure) return;
      await breakIt(lab, failure);
      await compare(topology, world.plan.clients, record.clients, [failure]);
    });
  }
});

/** A member, a link, a server of an authority; a zone takes its clients with it, who then ask nothing. */
function failuresIn(topology: Topology): Failure[] {
  return failuresOf(topology, []).filter(({ kind }) => kind !== 'az');
}

const FAULTS = { member: 'kill', link: 'link', upstream: 'upstream', az: 'zone' } as const;

async function breakIt(lab: string, { kind, name }: Failure): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const { channel } = await findLab(lab, (message) => {
    const { event } = message as { event: string };
    if (event === 'broken') resolve();
    else reject(new Error(JSON.stringify(message)));
  });
  channel.send({ do: 'break', fault: [FAULTS[kind], name], keep: true });
  await promise;
  channel.close();
}

async function compare(
  topology: Topology,
  clients: readonly WorldClient[],
  hosts: readonly HostRecord[],
  without: readonly Failure[],
): Promise<void> {
  const model = buildModel(topology, planTopology(topology), { world: 'namespaces' });
  const work = clients.flatMap((client) =>
    questionsFor(topology, 'namespaces').map((question) => ({ client, question })),
  );
  const waiting = makeRandom(SEED).some(work, MOST_QUESTIONS).values();
  const differences: string[] = [];
  const worker = async () => {
    for (const { client, question } of waiting) {
      const trace = traceName(model, { from: client.network, ...question, without });
      const { namespace } = hosts.find(({ network }) => network === client.network)!;
      const difference = await lastingDifference(trace, client, question, namespace);
      if (difference)
        differences.push(`${question.name} ${question.type} from ${client.network}: ${difference}`);
    }
  };
  await Promise.all(Array.from({ length: QUESTIONS_AT_A_TIME }, worker));
  assert.deepEqual(differences, [], `without ${without.map(formatFailure)}`);
}

/** Milliseconds in which an answer may become what the trace says, and between two questions: what forwarders remember of servers lasts for seconds. */
const PATIENCE = 30_000;
const INTERVAL = 500;

async function lastingDifference(
  trace: Trace,
  client: WorldClient,
  question: Question,
  namespace: string,
): Promise<string | undefined> {
  const end = performance.now() + PATIENCE;
  let difference = differenceFrom(trace, await measure(client, question, namespace));
  while (difference !== undefined && performance.now() < end) {
    await wait(INTERVAL);
    difference = differenceFrom(trace, await measure(client, question, namespace));
  }
  return difference;
}
