import { type Plan, type PlannedAuthority, type PlannedForwarder, planTopology } from '@pointsman/core/plan';
import {
  originsOfAuthority,
  originsOfMember,
  RENDER_TARGETS,
  type Rendered,
  type RenderTarget,
  renderers,
  type VrrpHosts,
} from '@pointsman/core/render';
import { suggestion, type Topology } from '@pointsman/core/topology';
import { type Command, Option } from 'commander';
import { DESPITE_FINDINGS, stopAtErrors } from '../check/judge.ts';
import { loadTopology } from '../load-topology.ts';
import { collectHosts, parseDevice } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { complain, count, sayJson, style } from '../terminal.ts';

const AFTER_HELP = `
Examples:
  pointsman render hybrid.yaml --for unbound --member main/a > unbound.conf   # a member of the tier "main"
  pointsman render hybrid.yaml --for keepalived --member main/a --host 10.10.1.11 --host 10.10.1.12   # its address, moved among two hosts
  pointsman render hybrid.yaml --authority sydney-dns                         # for the servers on premises, by their software
  pointsman render hybrid.yaml --for keepalived --member main/a --host 10.10.1.11 --host 10.10.1.12   # its address, moved among two hosts
  pointsman render hybrid.yaml --authority sydney-dns --for windows > forwarders.ps1

For a member it is a whole configuration: it forwards, serves the networks of the topology only, and resolves nothing itself. For an
authority it is what its own servers need besides: conditional forwarders that send the zones they do not hold to the tier.

What a server does less well than the topology says is a warning, on stderr and at the top of the configuration. What it cannot do at
all is an error, and the exit code is 1. Nothing is written where \`pointsman check\` finds an error in the topology, unless
--despite-findings is given.
`;

type RenderOptions = {
  for?: RenderTarget;
  member?: string;
  authority?: string;
  host?: string[];
  device?: string;
  json?: boolean;
  despiteFindings?: boolean;
};
type Subject = { forwarder: PlannedForwarder } | { authority: PlannedAuthority };

export function addRender(program: Command): void {
  program
    .command('render')
    .description(
      'write the configuration of another DNS server: a member of a tier, or conditional forwarders',
    )
    .argument('<file>', 'a topology: .yaml, .yml, .json or .ts')
    .addOption(
      new Option('--for <server>', 'the server to write for (default: what the topology says)').choices(
        RENDER_TARGETS,
      ),
    )
    .option('--member <tier/member>', 'write for a member of a tier, such as main/a')
    .option(
      '--host <address>',
      'keepalived: a host that may hold the address, by its own; two or more',
      collectHosts,
    )
    .option('--device <name>', 'keepalived: the interface that the address goes to', parseDevice)
    .option('--authority <name>', 'write conditional forwarders for the own servers of an authority')
    .option(...DESPITE_FINDINGS)
    .option('--json', 'print {ok, for, member or authority, text, warnings}, or {ok: false, problems}')
    .addHelpText('after', AFTER_HELP)
    .action(render);
}

async function render(file: string, options: RenderOptions): Promise<void> {
  if (options.member !== undefined && options.authority !== undefined) {
    throw new Outcome(2, 'a configuration is for a member or for an authority: give --member or --authority');
  }
  const topology = await loadTopology(file, options);
  const plan = planTopology(topology);
  const subject = chooseSubject(file, plan, options);
  stopAtErrors(topology, options, plan);
  const target = options.for ?? targetOf(subject, topology);
  const rendered = renderSubject(topology, subject, target, hostsOf(options, target));
  if (options.json) {
    sayJson({ ...rendered, for: target, ...nameOf(subject) });
    if (!rendered.ok) throw new Outcome(1);
    return;
  }
  if (!rendered.ok) {
    const lines = rendered.problems.map(({ message, remedy }) => `${message}; ${remedy}`);
    throw new Outcome(1, `${file} cannot be written for ${target}\n${lines.join('\n')}`);
  }
  for (const warning of rendered.warnings)
    complain(`${style('yellow', 'warning:', process.stderr)} ${warning}`);
  process.stdout.write(rendered.text);
}

function renderSubject(
  topology: Topology,
  subject: Subject,
  target: RenderTarget,
  hosts: VrrpHosts | undefined,
): Rendered {
  const { member, authority } = renderers[target];
  if ('forwarder' in subject) {
    return member(subject.forwarder.config, originsOfMember(topology, subject.forwarder), hosts);
  }
  return authority(subject.authority, originsOfAuthority(topology, subject.authority));
}

function hostsOf({ host, device }: RenderOptions, target: RenderTarget): VrrpHosts | undefined {
  if (host === undefined && device === undefined) return undefined;
  if (target !== 'keepalived')
    throw new Outcome(2, `--host and --device are for keepalived, not for ${target}`);
  if (host?.length === 1)
    throw new Outcome(2, 'an address is moved among two hosts or more: give --host for each');
  return { addresses: host ?? [], device: device ?? 'eth0' };
}

/** The member or authority that is named, or the only one there is. */
function chooseSubject(file: string, plan: Plan, { member, authority }: RenderOptions): Subject {
  const members = plan.forwarders.map(memberName);
  const authorities = plan.authorities.map(({ name }) => name);
  if (member !== undefined) {
    const forwarder = plan.forwarders.find((each) => memberName(each) === member);
    if (forwarder) return { forwarder };
    throw new Outcome(
      2,
      `there is no member "${member}" in ${file}; ${suggestion(member, members, 'member')}`,
    );
  }
  if (authority !== undefined) {
    const planned = plan.authorities.find(({ name }) => name === authority);
    if (planned) return withForwards(file, planned);
    throw new Outcome(
      2,
      `there is no authority "${authority}" in ${file}; ${suggestion(authority, authorities, 'authority')}`,
    );
  }
  const [only, ...others] = plan.forwarders;
  if (only && others.length === 0) return { forwarder: only };
  const choices = [
    ...members.map((name) => `--member ${name}`),
    ...plan.authorities
      .filter(({ forwards }) => forwards.length > 0)
      .map(({ name }) => `--authority ${name}`),
  ];
  throw new Outcome(2, `say what to write for:\n${someLines(choices)}`);
}

function withForwards(file: string, authority: PlannedAuthority): Subject {
  if (authority.forwards.length > 0) return { authority };
  throw new Outcome(
    1,
    `${file}: ${authority.name} forwards no zone: give it \`forwards: forwarders/TIER\`, and the tier rules for zones that ${authority.name} does not hold`,
  );
}

/** What the topology says the subject runs. */
function targetOf(subject: Subject, topology: Topology): RenderTarget {
  const software =
    'authority' in subject
      ? subject.authority.software
      : topology.forwarders.find(({ name }) => name === subject.forwarder.tier)!.engine;
  const target = RENDER_TARGETS.find((each) => each === software);
  if (target !== undefined) return target;
  throw new Outcome(2, `say which server to write for: --for ${RENDER_TARGETS.join(', ')}`);
}

function nameOf(subject: Subject): { member: string } | { authority: string } {
  return 'forwarder' in subject
    ? { member: memberName(subject.forwarder) }
    : { authority: subject.authority.name };
}

function memberName({ tier, member }: PlannedForwarder): string {
  return `${tier}/${member}`;
}

const MOST_CHOICES = 20;

function someLines(lines: readonly string[]): string {
  const rest = lines.length - MOST_CHOICES;
  const shown = lines.slice(0, MOST_CHOICES).map((line) => `  ${line}`);
  return [...shown, ...(rest > 0 ? [`  … and ${count(rest, 'other')}`] : [])].join('\n');
}
