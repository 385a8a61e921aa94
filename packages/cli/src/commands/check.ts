import { FINDING_CODES, type FindingCode, type Findings, findingsOfProblems } from '@pointsman/core/findings';
import { type Plan, planTopology } from '@pointsman/core/plan';
import { suggestion, type Topology } from '@pointsman/core/topology';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { findingsOf, ofSeverity } from '../check/judge.ts';
import { findingsSarif, problemsSarif } from '../check/sarif.ts';
import { summary } from '../check/summary.ts';
import { findingsText, tally } from '../check/text.ts';
import { loadTopology, readTopology } from '../load-topology.ts';
import { Outcome } from '../outcome.ts';
import { say, sayJson, style } from '../terminal.ts';

const AFTER_HELP = `
Examples:
  pointsman check hybrid.yaml
  pointsman check hybrid.yaml --json | jq '.findings[] | [.severity, .code, .subject]'
  pointsman check hybrid.yaml --sarif > findings.sarif      # for code review
  pointsman check hybrid.yaml --allow single-link           # this once; see below for good

Mistakes of the file and of the zone files it names are told first, all at once, each with its line, and the exit code is 2. A file
without mistakes is proved: who can resolve what, and what any one failure takes away. An error makes a name unresolvable or
wrong for someone now (the exit code is 1), a warning would after one failure or is a risk, the rest is a notice. docs/findings/ has a
page on each code.

What may stay as it is, the topology says, with the reason, which \`check\` shows:
  allow:
    - { code: single-link, subject: links/shared-sydney, reason: the line is leased with a backup }
`;

type CheckOptions = { json?: boolean; sarif?: boolean; allow?: FindingCode[] };

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('find every mistake in a topology, and prove who can resolve what, also after a failure')
    .argument('<file>', 'a topology: .yaml, .yml, .json or .ts')
    .addOption(
      new Option(
        '--json',
        'print {ok, name, file, findings, allowed, plan}, or {event: "error", problems, unread}',
      ).conflicts('sarif'),
    )
    .option('--sarif', 'print the findings as SARIF 2.1.0')
    .option(
      '--allow <code>',
      'let findings of this code stay, this once; may be given several times',
      parseCode,
    )
    .addHelpText('after', AFTER_HELP)
    .action(check);
}

async function check(file: string, options: CheckOptions): Promise<void> {
  const topology = withAllowed(await readOrEnd(file, options), options.allow ?? []);
  const plan = planTopology(topology);
  const found = findingsOf(topology, plan);
  const errors = ofSeverity(found, 'error').length;
  if (options.sarif) sayJson(findingsSarif(found, file));
  else if (options.json) sayJson({ ok: errors === 0, name: topology.name, file, ...found, plan });
  else say(report(topology, plan, found));
  if (errors > 0) throw new Outcome(1);
}

/** The topology; where it has mistakes, they are told in the form that was asked for, and the command ends. */
async function readOrEnd(file: string, { json, sarif }: CheckOptions): Promise<Topology> {
  if (!json && !sarif) return loadTopology(file, {});
  const result = await readTopology(file);
  if (result.ok) return result.topology;
  const { problems, unread } = result;
  if (sarif) sayJson(problemsSarif(problems));
  else {
    const findings = findingsOfProblems(problems);
    sayJson({ event: 'error', code: 'bad-topology', problems, unread, findings });
  }
  throw new Outcome(2);
}

/** The topology as it would be with what the command line allows: the reason is the topology’s, where that has one for the code. */
function withAllowed(topology: Topology, codes: readonly FindingCode[]): Topology {
  const extra = codes.map((code) => {
    const stated = topology.allow.find((each) => each.code === code);
    const reason = stated?.reason ?? `by --allow; the topology keeps no reason: write one under allow`;
    return { path: ['allow'], code, subject: undefined, reason };
  });
  return { ...topology, allow: [...topology.allow, ...extra] };
}

function parseCode(text: string, before: FindingCode[] = []): FindingCode[] {
  const code = FINDING_CODES.find((each) => each === text);
  if (code) return [...before, code];
  throw new InvalidArgumentError(`There is no such code; ${suggestion(text, FINDING_CODES, 'code')}`);
}

/** What was found; where no error is among it, also what follows from the topology. */
function report(topology: Topology, plan: Plan, found: Findings): string {
  const errors = ofSeverity(found, 'error').length;
  const told = tally(found);
  const mark = errors > 0 ? style('red', '✖') : style('green', '✔');
  const what = errors > 0 ? `${told} in ${topology.file}` : `${topology.file} has no mistakes`;
  const head = `${mark} ${style('bold', topology.name)}: ${what}${errors === 0 && told !== '' ? `; ${told}` : ''}`;
  const lines = [head, '', ...findingsText(found, topology.file)];
  if (errors > 0) return [...lines, style('dim', 'docs/findings/CODE.md explains each code.')].join('\n');
  return [...lines, ...summary(topology, plan)].join('\n');
}
