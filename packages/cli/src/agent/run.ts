import { runAgent } from '@pointsman/host';
import type { Command } from 'commander';
import { Outcome } from '../outcome.ts';
import { onEndSignal } from '../signals.ts';
import { readAgentConfig } from './read-config.ts';

const AFTER_HELP = `
Example, /etc/pointsman/agent.json, on each host of an availability zone alike:
  { "tier": "acme/main",
    "configuration": "s3://acme-pointsman/main/{member}.json" }

  pointsman agent --config /etc/pointsman/agent.json
  pointsman agent status
  pointsman schema agent > agent.schema.json             # what may stand in it

It takes an interface that has the tag pointsman:tier with this value, of this availability zone, that no living host has; serves the member's
configuration at its address; and stands by where all have their hosts. SIGHUP looks at the configuration now. SIGTERM and Ctrl-C end it; the
interface stays attached. What happens is told on stderr, a line an event, with levels for journald (docs/agent.md).
`;

/** `pointsman agent` by itself. */
export function addAgentRun(agent: Command): void {
  agent
    .option('--config <file>', "the agent's configuration: JSON")
    .addHelpText('after', AFTER_HELP)
    .action(run);
}

async function run(options: { config?: string }): Promise<void> {
  if (options.config === undefined)
    throw new Outcome(2, 'the agent needs its configuration, such as --config /etc/pointsman/agent.json');
  const config = readAgentConfig(options.config);
  const ending = new AbortController();
  onEndSignal(() => ending.abort());
  try {
    await runAgent(config, {
      report: ({ level, text }) => log(level, text),
      onAsk: (look) => process.on('SIGHUP', look),
      onStuck: () => {
        log(3, 'the engine does not end: this process does, and whoever supervises it starts it again');
        process.exit(1);
      },
      signal: ending.signal,
    });
  } catch (error) {
    throw new Outcome(1, (error as Error).message);
  }
  log(5, 'the agent has ended');
}

/** One line an event; journald takes the level from its beginning (sd-daemon(3)). */
function log(level: number, text: string): void {
  const line = text.replaceAll('\n', ' ');
  process.stderr.write(process.stderr.isTTY ? `${line}\n` : `<${level}>${line}\n`);
}
