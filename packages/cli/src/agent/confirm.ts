import { confirmPending, InterfaceError } from '@pointsman/host';
import type { Command } from 'commander';
import { Outcome } from '../outcome.ts';
import { say } from '../terminal.ts';
import { readDirectory } from './read-interface.ts';

const AFTER_HELP = `
Example:
  pointsman agent confirm --config agent.json

Exit codes: 0 it stays · 1 too late, it is put back · 2 there is nothing to confirm.
`;

export function addAgentConfirm(agent: Command): void {
  agent
    .command('confirm')
    .description('let stay what `agent apply` changed')
    .requiredOption('--config <file>', "the agent's configuration: JSON")
    .addHelpText('after', AFTER_HELP)
    .action(confirm);
}

async function confirm({ config }: { config: string }): Promise<void> {
  const directory = readDirectory(config);
  try {
    await confirmPending(directory);
  } catch (error) {
    if (!(error instanceof InterfaceError)) throw new Outcome(2, (error as Error).message);
    throw new Outcome(error.code === 'TOO_LATE' ? 1 : 2, error.message);
  }
  say('Confirmed: it stays.');
}
