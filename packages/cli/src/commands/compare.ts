import { planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import {
  type Answer,
  type AnswerChange,
  bare,
  buildModel,
  type Comparison,
  compareWalks,
  walk,
} from '@pointsman/core/verify';
import type { Command } from 'commander';
import { loadTopology } from '../load-topology.ts';
import { Outcome } from '../outcome.ts';
import { count, firstOf, say, sayJson, style } from '../terminal.ts';

const AFTER_HELP = `
What a change of topology changes in answers, and for whom: nothing is printed where nothing changes, however different the files are.

Examples:
  pointsman compare before.yaml after.yaml
  git show main:hybrid.yaml > /tmp/before.yaml && pointsman compare /tmp/before.yaml hybrid.yaml    # zone files beside it
  pointsman compare before.yaml after.yaml --json | jq .changes

Exit code 0: no answer changes. 1: some do. 2: a topology is wrong.
`;

export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('what a change of topology changes in answers, and for whom')
    .argument('<old>', 'a topology')
    .argument('<new>', 'the topology that is to take its place')
    .option('--json', 'print {changes: [{networks, name, type?, was, is}], added, removed}')
    .addHelpText('after', AFTER_HELP)
    .action(async (oldFile: string, newFile: string, options: { json?: boolean }) => {
      const [old, young] = [await loadTopology(oldFile, options), await loadTopology(newFile, options)];
      const comparison = compareWalks(walkOf(old), walkOf(young));
      const { changes, added, removed } = comparison;
      const isSame = changes.length + added.length + removed.length === 0;
      if (options.json) sayJson(comparison);
      else if (!isSame) say(inWords(comparison));
      if (!isSame) throw new Outcome(1);
    });
}

function walkOf(topology: Topology) {
  return walk(buildModel(topology, planTopology(topology)));
}

const MOST_CHANGES = 200;

function inWords({ changes, added, removed }: Comparison): string {
  const groups = new Map<string, AnswerChange[]>();
  for (const change of changes) {
    const head = whose(change.networks);
    groups.set(head, [...(groups.get(head) ?? []), change]);
  }
  const lines = Array.from(groups, ([head, list]) => [
    `${style('bold', head)}: ${count(list.length, 'change')}`,
    ...firstOf(list.flatMap(changeLines), MOST_CHANGES),
    '',
  ]).flat();
  return [
    ...lines,
    ...added.map((name) => `${style('green', '+')} network ${name} is new`),
    ...removed.map((name) => `${style('red', '−')} network ${name} is gone`),
  ]
    .join('\n')
    .trimEnd();
}

function whose(networks: readonly string[]): string {
  return `From ${firstOf(networks, 6).join(', ')}`;
}

function changeLines({ name, type, was, is }: AnswerChange): string[] {
  const what = type === undefined ? `${bare(name)} and below` : `${bare(name)} ${type}`;
  return [
    `  ${style('cyan', what)}`,
    `    ${style('red', `− ${answerInWords(was)}`)}`,
    `    ${style('green', `+ ${answerInWords(is)}`)}`,
  ];
}

function answerInWords({ disposition, zone, answers }: Answer): string {
  const by = zone === undefined ? '' : ` by ${bare(zone)}`;
  if (answers === undefined || disposition === 'NXDOMAIN_BY') return `${disposition}${by}`;
  if (answers.length === 0) return `no records${by}`;
  return `${answers.map(({ type, data, ttl }) => `${type} ${data} (${ttl} s)`).join(', ')}${by}`;
}
