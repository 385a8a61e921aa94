import type { Topology } from '@pointsman/core/topology';
import { CloudError, type MemberReport, readMembers, type WantedTier } from '@pointsman/host';
import { accountOfVpc } from '@pointsman/lab';
import type { Command } from 'commander';
import { loadTopology } from '../load-topology.ts';
import { parseUrl } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { findLabAccess } from '../status/find-lab-access.ts';
import { healOutcome } from '../status/heal-outcome.ts';
import { judgeMember, type Verdict } from '../status/judge-member.ts';
import { columns, say, sayJson, style } from '../terminal.ts';

const AFTER_HELP = `
Examples:
  pointsman status hybrid.yaml                # the lab of it that runs here (sudo, where it is root's); without one, AWS
  pointsman status hybrid.yaml --no-lab       # AWS in any case
  pointsman status hybrid.yaml --endpoint http://127.0.0.1:10053
  pointsman status hybrid.yaml --json | jq '.[] | select(.well | not)'

It asks EC2 who has each member's interface, and Parameter Store for what the agents have published ("publish" in their configuration:
/pointsman/TOPOLOGY/status/TIER/{member}), with the keys of the environment or of your AWS profile, or those of the lab.

Exit code 0: every member answers. 1: one does not. 2: the topology is wrong, or the cloud cannot be asked.
`;

type StatusOptions = { endpoint?: string; lab: boolean; json?: boolean };
type Shown = MemberReport & Verdict & { tier: string };

export function addStatus(program: Command): void {
  program
    .command('status')
    .description(
      'show every member of the tiers: who has its address, since when, its engine, health and last heal',
    )
    .argument('<file>', 'a topology')
    .option('--endpoint <url>', 'where the API of AWS is (default: the lab, or AWS)', parseUrl)
    .option('--no-lab', 'ask AWS, though a lab of the topology may run here')
    .option('--json', 'print one array')
    .addHelpText('after', AFTER_HELP)
    .action(status);
}

async function status(file: string, options: StatusOptions): Promise<void> {
  const { endpoint, json } = options;
  const topology = await loadTopology(file, { json: json ?? false });
  const lab = endpoint === undefined && options.lab ? await findLabAccess(topology.name) : undefined;
  if (lab === 'ran') return;
  const isAwsByDefault = options.lab && endpoint === undefined && lab === undefined;
  const whyAws = isAwsByDefault ? `; no lab of ${topology.name} runs here, and so AWS was asked` : '';
  const shown: Shown[] = [];
  for (const { account, ...tier } of tiersOf(topology)) {
    const access = lab?.(account) ?? { endpoint, keys: undefined };
    const members = await readMembers(tier, access).catch((error) => {
      throw error instanceof CloudError ? new Outcome(2, `${error.message}${whyAws}`) : error;
    });
    for (const each of members) shown.push({ tier: tier.tier, ...each, ...judgeMember(each, Date.now()) });
  }
  if (json) sayJson(shown);
  else say([...(lab ? [style('dim', 'in the lab on this machine')] : []), ...shown.map(describe)].join('\n'));
  if (shown.some(({ well }) => !well)) throw new Outcome(1);
}

function tiersOf(topology: Topology): (WantedTier & { account: string })[] {
  return topology.forwarders.flatMap(({ name, network, members }) => {
    const vpc = topology.networks.find((each) => each.name === network);
    if (vpc?.kind !== 'vpc') return [];
    const { region } = vpc;
    return [{ tier: `${topology.name}/${name}`, region, members, account: accountOfVpc(vpc) }];
  });
}

function describe({ tier, member, address, holder, status, well, text }: Shown): string {
  const heal = status?.heals.at(-1);
  const rules = status?.rules ?? [];
  const unanswered = rules.filter(({ state }) => state !== 'answered');
  const rows = [
    [
      'host',
      holder ? `${holder.instanceId} (${holder.state}), since ${holder.since ?? 'not known'}` : 'none',
    ],
    ...(status?.engine ? [['engine', `${status.engine.kind}, since ${status.engine.since}`]] : []),
    ...(status?.configuration
      ? [['configuration', `${status.configuration.revision}, since ${status.configuration.since}`]]
      : []),
    ...(rules.length > 0
      ? [['rules', `${rules.length - unanswered.length} of ${rules.length} answered`]]
      : []),
    ...unanswered.map(({ suffix, state, detail }) => [`rule ${suffix}`, `${state} ${detail}`.trimEnd()]),
    ...(heal
      ? [['last heal', `${new Date(heal.startedAt).toISOString()}, ${healOutcome(heal)}: ${heal.cause}`]]
      : []),
  ];
  const mark = well ? style('green', '●') : style('red', '✖');
  return [
    `${mark} ${style('bold', `${tier}/${member}`)}  ${address}  ${text}`,
    ...columns(rows).map((line) => `    ${line}`),
  ].join('\n');
}
