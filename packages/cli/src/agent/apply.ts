import {
  applyUnconfirmed,
  type ConfirmEvent,
  formatStep,
  hasAgent,
  InterfaceError,
  runCommand,
  type UnconfirmedChange,
} from '@pointsman/host';
import { type Command, InvalidArgumentError } from 'commander';
import { Outcome } from '../outcome.ts';
import { onEndSignal } from '../signals.ts';
import { say, sayJson, shellWord, style } from '../terminal.ts';
import { type InterfaceConfig, readInterface } from './read-interface.ts';

const AFTER_HELP = `
Example:
  pointsman agent apply --config agent.json --confirm-within 30s
  # then, in a new connection to this host, which shows that there still is one:
  pointsman agent confirm --config agent.json

What there is is saved first. When what was planned (pointsman agent plan) is applied, both ways are proven: that by which the host is managed, and that
of the fixed addresses. Where either does not work, where nobody confirms in time, on Ctrl-C, and also where this command or its
connection dies: everything is put back, by a process of its own.

Not beside an agent that runs: that keeps the interface as it should be by itself.

Exit codes: 0 confirmed · 1 put back · 2 nothing was done.
`;

type ApplyOptions = { config: string; confirmWithin: number; json?: boolean };

export function addAgentApply(agent: Command): void {
  agent
    .command('apply')
    .description(
      'bring the interface, its routes and IP rules to what they should be, for as long as nobody confirms it',
    )
    .requiredOption('--config <file>', "the agent's configuration: JSON")
    .requiredOption(
      '--confirm-within <time>',
      'put everything back after so long, such as 30s or 2m',
      parseTime,
    )
    .option('--json', 'print one JSON object a line')
    .addHelpText('after', AFTER_HELP)
    .action(apply);
}

async function apply(options: ApplyOptions): Promise<void> {
  const config = await readInterface(options.config);
  requireNoAgent(config);
  const change = await start(config, options);
  const ending = new AbortController();
  onEndSignal(() => {
    // Whether it was confirmed in the meantime is seen by how it ended.
    change.putBack().catch((error: Error) => ending.abort(error));
  });
  tell(options, { event: 'waiting', within: options.confirmWithin });
  const end = await change.ended(ending.signal).catch(() => {
    throw new Outcome(1, (ending.signal.reason as Error).message);
  });
  tell(options, { event: end });
  if (end !== 'confirmed') throw new Outcome(1);
}

/** It would put back at once what is changed otherwise than it wants. */
function requireNoAgent({ socket }: InterfaceConfig): void {
  let isThere: boolean;
  try {
    isThere = hasAgent(socket);
  } catch (error) {
    throw new Outcome(2, (error as Error).message);
  }
  if (isThere)
    throw new Outcome(
      2,
      'the agent of this host runs (pointsman agent status), and keeps the interface as it should be by itself: nothing was done. To change it by hand, end the agent first: systemctl stop pointsman-agent',
    );
}

async function start(
  { desired, directory }: InterfaceConfig,
  options: ApplyOptions,
): Promise<UnconfirmedChange> {
  try {
    return await applyUnconfirmed(desired, 'operator', {
      run: runCommand,
      directory,
      within: options.confirmWithin,
      report: (event) => tell(options, event),
    });
  } catch (error) {
    if (!(error instanceof InterfaceError)) throw new Outcome(2, (error as Error).message);
    if (options.json) sayJson({ event: 'error', code: error.code, message: error.message });
    throw new Outcome(WAS_CHANGED.has(error.code) ? 1 : 2, options.json ? '' : error.message);
  }
}

/** And put back, as far as that went. */
const WAS_CHANGED = new Set(['NOT_PROVEN', 'TOO_LATE', 'NOT_RESTORED']);

type Told = ConfirmEvent | { event: 'waiting'; within: number } | { event: 'restored' | 'failed' };

function tell({ config, json }: ApplyOptions, told: Told): void {
  if (json) sayJson(told);
  else for (const line of describe(told, config)) say(line);
}

function describe(told: Told, config: string): string[] {
  switch (told.event) {
    case 'saved':
      return [];
    case 'applied':
      return [
        ...told.reconciled.steps.map(formatStep),
        ...told.reconciled.obstacles.map((text) => `${style('yellow', 'in the way:')} ${text}`),
        ...(told.reconciled.steps.length === 0 ? ['Nothing had to be changed.'] : []),
      ];
    case 'proven':
      return ['The way of management and that of the fixed addresses both work.'];
    case 'waiting':
      return [
        `Confirm within ${told.within} s, in a new connection: ${style('bold', `pointsman agent confirm --config ${shellWord(config)}`)}`,
      ];
    case 'confirmed':
      return ['Confirmed: it stays.'];
    case 'restored':
      return ['Not confirmed: everything is as it was before.'];
    case 'failed':
      return ['Not confirmed, and not all could be put back: pointsman agent plan shows what is left.'];
  }
}

/** Seconds, of `30s`, `2m` or a bare number of seconds. */
function parseTime(text: string): number {
  const match = /^([0-9]{1,4})(s|m)?$/.exec(text);
  const seconds = match ? Number(match[1]) * (match[2] === 'm' ? 60 : 1) : 0;
  if (seconds >= 1 && seconds <= 3600) return seconds;
  throw new InvalidArgumentError('Write a time from 1s to 60m, such as 30s.');
}
