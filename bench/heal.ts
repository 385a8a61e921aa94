import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killAgainAndAgain } from './heal/kills.ts';
import { openHealLab } from './heal/lab.ts';
import { type HealRun, reportText, summarize } from './heal/summary.ts';

/** `node bench/heal.ts`, as root: how soon a fixed address answers again whose machine is gone. See README.md. */

const help = `Usage: sudo node bench/heal.ts [--kills N] [--only warm|cold] [--json]

Runs the example acme in network namespaces with its tier left to agents, ends the machine of one member after the other, 50 times, under the load of client hosts
with three resolvers, and measures until its address answers all of them again: first with a spare in each availability zone, then without. Attaching and
detaching an interface take two seconds each. The results are in bench/results/heal.json too; --json prints those alone.`;

const RESULTS = join(import.meta.dirname, 'results');
const KINDS = { warm: 1, cold: 0 } as const;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '50' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const kills = Number(values.kills);
  const isKnown = values.only === undefined || Object.hasOwn(KINDS, values.only);
  if (!Number.isInteger(kills) || kills < 1 || kills > 10_000 || !isKnown) {
    console.error('--kills is a number from 1 to 10000, --only is warm or cold.');
    return 2;
  }
  const kinds = (['warm', 'cold'] as const).filter(
    (kind) => values.only === undefined || values.only === kind,
  );
  const runs: HealRun[] = [];
  for (const kind of kinds) {
    const lab = await openHealLab(KINDS[kind]);
    try {
      const tell = (line: string) => console.error(`${kind}: ${line}`);
      runs.push(summarize(kind, await killAgainAndAgain(lab, kills, tell)));
    } finally {
      await lab.stop();
    }
  }
  const results = `${JSON.stringify({ measuredAt: new Date().toISOString(), runs }, undefined, 2)}\n`;
  await mkdir(RESULTS, { recursive: true });
  await writeFile(join(RESULTS, 'heal.json'), results);
  process.stdout.write(values.json ? results : `\n${runs.map(reportText).join('\n')}`);
  return 0;
}

process.exitCode = await main();
