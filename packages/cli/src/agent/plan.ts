import { formatStep, InterfaceError, observeInterface, planInterface, runCommand } from '@pointsman/host';
import type { Command } from 'commander';
import { Outcome } from '../outcome.ts';
import { complain, say, sayJson, style } from '../terminal.ts';
import { readInterface } from './read-interface.ts';

const AFTER_HELP = `
Example:
  pointsman agent plan --config agent.json

Nothing is changed: these are the commands that would bring the interface, its route table and its IP rules to what they should be, one a
line. No line: all is as it should be. What stands in the way and is not Pointsman's to change is told on stderr, and the exit code is 1.
`;

type PlanOptions = { config: string; json?: boolean };

export function addAgentPlan(agent: Command): void {
  agent
    .command('plan')
    .description('print what would be done to the interface, its routes and IP rules')
    .requiredOption('--config <file>', "the agent's configuration: JSON")
    .option('--json', 'print {device, steps, obstacles}, a step as the words of its command')
    .addHelpText('after', AFTER_HELP)
    .action(plan);
}

async function plan({ config, json }: PlanOptions): Promise<void> {
  const { desired } = await readInterface(config);
  const observed = await observeInterface(runCommand, desired).catch((error) => {
    throw error instanceof InterfaceError ? new Outcome(2, error.message) : error;
  });
  if (!observed.device) throw new Outcome(2, `${config}: no interface has the MAC address ${desired.mac}`);
  const { steps, obstacles } = planInterface(observed, desired);
  if (json) sayJson({ device: observed.device.name, steps, obstacles });
  else {
    for (const step of steps) say(formatStep(step));
    for (const text of obstacles) complain(`${style('yellow', 'in the way:', process.stderr)} ${text}`);
  }
  if (obstacles.length > 0) throw new Outcome(1);
}
