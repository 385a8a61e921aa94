import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import {
  buildModel,
  dispositionOf,
  type Failure,
  formatFailure,
  type Trace,
  traceName,
  verdictIn,
  walk,
} from '@pointsman/core/verify';
import type { WorldClient } from '@pointsman/lab';
import { startWorld } from '@pointsman/lab/loopback';
import { differenceFrom, measure } from './proof/compare-answers.ts';
import { type ProvenWorld, startInProcess } from './proof/in-process-world.ts';
import { type Question, questionsFor } from './proof/questions.ts';
import { makeRandom } from './proof/random.ts';
import { randomTopology } from './proof/random-topology.ts';
import { freePort } from './system/free-port.ts';

/**
 * Proof against reality: random topologies run in the loopback world, every network asks names of every class, and what comes back is what the trace
 * said. A disagreement is a bug in one of the two. SEED=n repeats a run from that seed on, RUNS=n makes it longer.
 */
const SEED = Number(process.env.SEED ?? randomInt(1_000_000));
const RUNS = Number(process.env.RUNS ?? 150);
/** Of the runs, so many with members as processes, as `pointsman up` has them: each takes seconds to start. */
const PROCESS_RUNS = Math.min(RUNS, 6);
const WALKS = Number(process.env.RUNS ?? 150);
const WORLDS_AT_A_TIME = 3;
const QUESTIONS_AT_A_TIME = 32;

describe('proof against reality', { timeout: 24 * 3600 * 1000 }, () => {
  test(`${RUNS} random topologies from SEED=${SEED} answer as their traces say`, async (t) => {
    const counts = new Map<string, number>();
    const seeds = Array.from({ length: RUNS }, (_, index) => SEED + index).values();
    const prove = async () => {
      for (const seed of seeds) {
        const topology = randomTopology(seed);
        const failures = seed % 2 === 0 ? [] : randomFailures(topology, seed);
        const world = await startInProcess(topology, await freePort());
        await compare(topology, world, failures, counts, `SEED=${seed} RUNS=1`);
      }
    };
    // Most of the time goes into waiting for servers that are gone.
    await Promise.all(Array.from({ length: WORLDS_AT_A_TIME }, prove));
    t.diagnostic(Array.from(counts, ([what, count]) => `${count} ${what}`).join(', '));
    for (const disposition of [
      'ANSWERED',
      'NXDOMAIN_BY',
      'PUBLIC',
      'REFUSED_BY',
      'NO_ROUTE',
      'LOOP',
      'NO_RESOLVER',
    ])
      if (RUNS >= 100) assert.ok(counts.get(disposition), `no question ended with ${disposition}`);
  });

  test(`so do ${PROCESS_RUNS} worlds of processes, of which members are killed: SEED=${SEED}`, async () => {
    for (let seed = SEED; seed < SEED + PROCESS_RUNS; seed++) {
      const topology = randomTopology(seed);
      const { plan, members, stop } = await startWorld(topology, { port: await freePort() });
      const end = async (name: string) => members.find(({ forwarder }) => forwarder.name === name)?.stop();
      const failures = randomFailures(topology, seed).filter(({ kind }) => kind === 'member');
      await compare(topology, { plan, end, stop }, failures, new Map(), `SEED=${seed} RUNS=1`);
    }
  });
});

async function compare(
  topology: Topology,
  world: ProvenWorld,
  without: Failure[],
  counts: Map<string, number>,
  repeat: string,
): Promise<void> {
  const model = buildModel(topology, planTopology(topology), { world: 'loopback' });
  try {
    for (const failure of without) await world.end(placeOf(world.plan, failure));
    const work = world.plan.clients.flatMap((client) =>
      questionsFor(topology).map((question) => ({ client, question })),
    );
    const differences: string[] = [];
    const waiting = work.values();
    const worker = async () => {
      for (const { client, question } of waiting) {
        const trace = traceName(model, { from: client.network, ...question, without });
        counts.set(trace.disposition, (counts.get(trace.disposition) ?? 0) + 1);
        const difference = await lastingDifference(trace, client, question);
        if (difference)
          differences.push(
            `${question.name} ${question.type} from ${client.network}: ${difference}\n${shown(trace)}`,
          );
      }
    };
    await Promise.all(Array.from({ length: QUESTIONS_AT_A_TIME }, worker));
    const failed = without.map((each) => `--without ${formatFailure(each)}`).join(' ');
    assert.equal(
      differences.length,
      0,
      `${repeat} ${failed}: ${differences.length} of ${work.length}\n${differences.slice(0, 3).join('\n')}`,
    );
  } finally {
    await world.stop();
  }
}

/** Milliseconds in which an answer may become what the trace says, and between two questions. */
const PATIENCE = 12_000;
const INTERVAL = 500;

/**
 * A disagreement lasts. On a busy machine a server may give up on another one that would have answered, and forwarders remember that for some
 * seconds.
 */
async function lastingDifference(
  trace: Trace,
  client: WorldClient,
  question: Question,
): Promise<string | undefined> {
  const end = performance.now() + PATIENCE;
  let difference = differenceFrom(trace, await measure(client, question));
  while (difference !== undefined && performance.now() < end) {
    await wait(INTERVAL);
    difference = differenceFrom(trace, await measure(client, question));
  }
  return difference;
}

/** Without any packets: the walk over all classes against traces, and after every single failure. */
describe('the walk over all classes', () => {
  test(`says of every class what a trace of a name in it says, also after any single failure: SEED=${SEED}`, () => {
    let cells = 0;
    for (let seed = SEED; seed < SEED + WALKS; seed++) {
      const topology = randomTopology(seed);
      const model = buildModel(topology, planTopology(topology));
      const walked = walk(model);
      for (const [index, name] of walked.classes.names.entries()) {
        const fresh = name === '.' ? 'fresh-name.' : `fresh-name.${name}`;
        for (const { name: from } of topology.networks) {
          for (const failure of [undefined, ...walked.failures.keys()]) {
            const without = failure === undefined ? [] : [walked.failures[failure]!];
            const verdict = verdictIn(walked, from, index, failure);
            const context = `SEED=${seed}: ${fresh} from ${from} ${without.map(formatFailure)}`;
            assert.deepEqual(dispositionOf(model, from, name, without), verdict, context);
            if (verdict.disposition === 'UNDECIDED') continue;
            const trace = traceName(model, { from, name: fresh, type: 'A', without });
            assert.equal(`${classOf(trace)} ${trace.zone}`, `${classOf(verdict)} ${verdict.zone}`, context);
            cells++;
          }
        }
      }
    }
    assert.ok(cells > 0);
  });
});

/** Which names exist is not a matter of the class. */
function classOf({ disposition }: { disposition: string }): string {
  return disposition === 'NXDOMAIN_BY' ? 'ANSWERED' : disposition;
}

/** One member or server, or two. */
function randomFailures(topology: Topology, seed: number): Failure[] {
  const random = makeRandom(seed);
  const { forwarders, authorities, resolvers } = planTopology(topology);
  const all: Failure[] = [
    ...forwarders.map(({ tier, member }) => ({ kind: 'member' as const, name: `${tier}/${member}` })),
    ...[...resolvers.map(({ address }) => address), ...authorities.flatMap(({ addresses }) => addresses)].map(
      (name) => ({ kind: 'upstream' as const, name }),
    ),
  ];
  return random.some(all, 1 + random.number(2));
}

function placeOf(plan: ProvenWorld['plan'], { kind, name }: Failure): string {
  if (kind === 'member') return name;
  const servers = [...plan.resolvers, ...plan.authorities.flatMap((each) => each.servers)];
  return servers.find(({ address }) => address === name)!.loopback;
}

function shown({ hops }: Trace): string {
  return hops
    .map(({ depth, at, asks, because, says }) => {
      const said =
        says === undefined ? '?' : says === 'silent' ? 'silent' : `${says.rcode} ${says.answers.length}`;
      return `  ${'  '.repeat(depth)}${at} → ${asks}: ${said} (${because})`;
    })
    .join('\n');
}
