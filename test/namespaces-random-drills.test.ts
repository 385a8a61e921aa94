import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeRandom, type Random } from './proof/random.ts';
import { ADDRESSES, type DrilledAgents, openDrilledAgents } from './system/drilled-agents.ts';
import { skipWithoutLab } from './system/lab.ts';

/**
 * Random drills, one after the other: each is outlasted or healed by the agents alone, and clients with three resolvers lose nothing. `SEED=1 RUNS=5` as a rule;
 * `HOURS=10 SEED=…` goes on for so long.
 */
const SEED = Number(process.env.SEED ?? 1);
const RUNS = Number(process.env.RUNS ?? 5);
const HOURS = Number(process.env.HOURS ?? 0);

const OF_A_MEMBER = ['kill', 'freeze', 'reboot', 'kill-agent', 'bad-route'] as const;
/** What is broken besides, or alone. `fill-disk` takes an agent half a minute to be sure of, so it is for long runs. */
const OF_THE_CLOUD = [
  'slow-attach 4s',
  'slow-detach 6s',
  'stuck-detach',
  'metadata-down',
  'api-down',
  'api-throttle 50%',
  'zone eu-west-1c',
  'link hub-spoke',
];
/** While these last, a client is cut off from all members. */
const MAY_LOSE = /^link /;

describe('random drills of agents', { skip: skipWithoutLab, timeout: 900_000 + HOURS * 3_600_000 }, () => {
  let agents: DrilledAgents;
  before(async () => {
    agents = await openDrilledAgents();
  });
  after(() => agents?.stop());

  test(`end healthy each, SEED=${SEED}`, async (t) => {
    const random = makeRandom(SEED);
    const end = performance.now() + HOURS * 3_600_000;
    const totals = { drills: 0, asked: 0, late: 0, lost: 0 };
    for (let run = 0; HOURS > 0 ? performance.now() < end : run < RUNS; run++) {
      await agents.whole();
      const { words, ms } = chooseDrill(random);
      const { load, answeredAgain_ms: again, events } = await agents.drill(words, ms);
      t.diagnostic(
        `${words}: ${JSON.stringify(again)}, of ${load.asked} questions ${load.late} late, ${load.lost} lost`,
      );
      assert.ok(load.asked > 0);
      if (!MAY_LOSE.test(words)) assert.equal(load.lost, 0, JSON.stringify({ words, load, events }));
      assert.deepEqual(agents.watch.violations, []);
      totals.drills++;
      for (const key of ['asked', 'late', 'lost'] as const) totals[key] += load[key];
    }
    await agents.whole();
    for (const [address, times] of agents.watch.seen) assert.ok(times > 0, address);
    t.diagnostic(JSON.stringify(totals));
  });
});

/** One fault of a member, or one of the cloud, or both together. */
function chooseDrill({ number, chance, one }: Random): { words: string; ms: number } {
  const kinds = HOURS > 0 ? [...OF_A_MEMBER, 'fill-disk'] : OF_A_MEMBER;
  const alone = one(OF_THE_CLOUD);
  const ofMember = `${one(kinds)} ${one(Object.keys(ADDRESSES))}`;
  const ms = 2500 + number(4000);
  if (chance(0.2)) return { words: alone, ms };
  const isTogether = chance(0.5) && !MAY_LOSE.test(alone);
  return { words: isTogether ? `${ofMember} and ${alone}` : ofMember, ms };
}
