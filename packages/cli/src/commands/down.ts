import { endOwnLab, mayHaveOwnNamespace } from '@pointsman/lab';
import type { Command } from 'commander';
import { loadTopology } from '../load-topology.ts';
import { say, sayJson } from '../terminal.ts';

const AFTER_HELP = `
Ends the lab that \`pointsman up --world namespaces\` runs, and removes all that it has made: namespaces, links, processes, files. The same for one
whose command was killed. Nothing else is touched: all of a lab carries its name.

  sudo pointsman down hybrid.yaml
`;

export function addDown(program: Command): void {
  program
    .command('down')
    .description('end a lab in network namespaces, and remove what one has left that was killed')
    .argument('<file>', 'the topology that runs, or ran')
    .option('--json', 'print {event: "down", lab, ran}')
    .addHelpText('after', AFTER_HELP)
    .action(down);
}

async function down(file: string, options: { json?: boolean }): Promise<void> {
  const { name: lab } = await loadTopology(file, options);
  const { endLab } = await import('@pointsman/lab/namespaces');
  const ran = mayHaveOwnNamespace() ? await endOwnLab(lab) : await endLab(lab);
  if (options.json) sayJson({ event: 'down', lab, ran });
  else say(`${lab} ${ran ? 'has ended, and' : 'was not running;'} nothing of it is left.`);
}
