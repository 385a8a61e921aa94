import { writeFileSync } from 'node:fs';
import { planTopology } from '@pointsman/core/plan';
import { buildModel, matrixOf, walk } from '@pointsman/core/verify';
import type { Command } from 'commander';
import { loadTopology } from '../load-topology.ts';
import { groupAlike } from '../matrix/alike.ts';
import { matrixHtml } from '../matrix/page.ts';
import { matrixText } from '../matrix/text.ts';
import { say } from '../terminal.ts';
import { collect, readFailures } from '../trace/question.ts';

const AFTER_HELP = `
For every network and every zone: who answers the names of that zone for its clients. Networks that get the same everywhere share a column.

Examples:
  pointsman matrix hybrid.yaml
  pointsman matrix hybrid.yaml --without az:ap-southeast-2a       # after losing an availability zone
  pointsman matrix hybrid.yaml --json | jq '.[] | select(.disposition != "ANSWERED")'
  pointsman matrix hybrid.yaml --html matrix.html

Exit code 0: it is shown, whatever it says. 2: the topology is wrong.
`;

type MatrixOptions = { without?: string[]; json?: boolean; html?: string };

export function addMatrix(program: Command): void {
  program
    .command('matrix')
    .description('who answers what for whom: networks by zones')
    .argument('<file>', 'a topology')
    .option(
      '--without <what>',
      'as if it had failed: az:NAME, member:TIER/MEMBER, link:A-B or upstream:IP (may be repeated)',
      collect,
    )
    .option('--json', 'print [{network, zone, disposition, by?}]')
    .option('--html <file>', 'write it as a page')
    .addHelpText('after', AFTER_HELP)
    .action(matrix);
}

async function matrix(file: string, options: MatrixOptions): Promise<void> {
  const topology = await loadTopology(file, options);
  const without = readFailures(topology, options.without ?? [], options);
  const walked = walk(buildModel(topology, planTopology(topology)), without);
  if (options.json) return sayCells(matrixOf(walked));
  const groups = groupAlike(walked);
  if (options.html === undefined) return say(matrixText(walked, groups, without));
  writeFileSync(options.html, matrixHtml(walked, groups, without));
}

/** One array, written in parts: a thousand networks and ten thousand zones make a gigabyte of it. */
function sayCells(cells: Iterable<unknown>): void {
  let part = '[';
  let comma = '';
  for (const cell of cells) {
    part += `${comma}\n${JSON.stringify(cell)}`;
    comma = ',';
    if (part.length < PART) continue;
    process.stdout.write(part);
    part = '';
  }
  process.stdout.write(`${part}\n]\n`);
}

const PART = 65_536;
