import { type AgentStatus, askStatus } from '@pointsman/host';
import type { Command } from 'commander';
import { Outcome } from '../outcome.ts';
import { healOutcome } from '../status/heal-outcome.ts';
import { columns, say, sayJson, style } from '../terminal.ts';
import { readAgentConfig } from './read-config.ts';

const SOCKET = '/run/pointsman/agent.sock';

const AFTER_HELP = `
Examples:
  pointsman agent status
  pointsman agent status --json | jq .heals
  pointsman agent status --healthy && echo fine      # for scripts: exit code 0 where answers flow, or it stands by with all it needs

It asks the agent of this host by its socket. Exit code 1: it is not healthy. 2: no agent answers. The socket speaks HTTP, and costs less to ask often:
  curl --fail --unix-socket ${SOCKET} http://localhost/healthy
`;

type StatusOptions = { config?: string; json?: boolean; healthy?: boolean };

export function addAgentStatus(agent: Command): void {
  agent
    .command('status')
    .description('show what the agent of this host has and does, its health and its last heals')
    .option('--config <file>', `the agent's configuration, which names its socket (default: ${SOCKET})`)
    .option('--json', 'print one JSON object')
    .option('--healthy', 'print nothing: the exit code says it')
    .addHelpText('after', AFTER_HELP)
    .action(status);
}

async function status({ config, json, healthy }: StatusOptions): Promise<void> {
  const socket = config === undefined ? SOCKET : readAgentConfig(config).socket;
  const asked = await askStatus(socket).catch((error: Error) => {
    throw new Outcome(2, error.message);
  });
  if (!healthy) {
    if (json) sayJson(asked);
    else say(describe(asked));
  }
  if (!asked.healthy) throw new Outcome(1);
}

function describe(asked: AgentStatus): string {
  const { tier, role, doing, member, address, interfaceId, since, engine, configuration } = asked;
  const health = asked.healthy ? style('green', 'healthy') : style('red', 'not healthy');
  const title = [tier, member].filter((each) => each !== undefined).join('/');
  const rows = [
    [
      'host',
      asked.instanceId === undefined ? 'not known' : `${asked.instanceId} in ${asked.availabilityZone}`,
    ],
    ['role', `${role}: ${doing}`],
    ...(member === undefined ? [] : [['member', `${member}  ${address}  (${interfaceId}, since ${since})`]]),
    ...(engine ? [['engine', `${engine.kind}, since ${engine.since}`]] : []),
    ...(configuration
      ? [
          [
            'configuration',
            `${configuration.revision}, ${configuration.rules} rules, since ${configuration.since}`,
          ],
        ]
      : []),
  ];
  return [
    `${style('bold', title)}  ${health}`,
    ...columns(rows).map((line) => `  ${line}`),
    ...section('wrong', [...asked.problems, ...asked.faults]),
    ...section('rules', columns(asked.rules.map(({ suffix, state, detail }) => [suffix, state, detail]))),
    ...section('heals', asked.heals.flatMap(describeHeal)),
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', style('bold', title), ...lines.map((line) => `  ${line}`)];
}

function describeHeal(heal: AgentStatus['heals'][number]): string[] {
  const { member, cause, startedAt, events } = heal;
  return [
    `${new Date(startedAt).toISOString()}  ${member}  ${healOutcome(heal)}: ${cause}`,
    ...events.map(({ at_ms, what }) => `  ${`+${(at_ms / 1000).toFixed(1)} s`.padStart(9)}  ${what}`),
  ];
}
