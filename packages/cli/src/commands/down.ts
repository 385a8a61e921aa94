import { endLab, endOwnLab, knownLabs, mayHaveOwnNamespace } from '@pointsman/lab';
import type { Command } from 'commander';
import { labOf } from '../find-lab.ts';
import { parseLabName } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { tellWhatLasts } from '../tell-what-lasts.ts';
import { say, sayJson } from '../terminal.ts';

const AFTER_HELP = `
Ends the lab that \`pointsman up --world namespaces\` runs, and removes all that it has made: namespaces, links, processes, files. The same for one
whose command was killed. Nothing else is touched: all of a lab carries its name.

  sudo pointsman down hybrid.yaml      # the lab that was started from it, also where the file has mistakes by now
  sudo pointsman down --lab acme       # where the file is gone
`;

export function addDown(program: Command): void {
  program
    .command('down')
    .description('end a lab in network namespaces, and remove what one has left that was killed')
    .argument('[file]', 'the topology that runs, or ran')
    .option('--lab <name>', 'the lab by its topology’s name, in place of the file', parseLabName)
    .option('--json', 'print {event: "down", lab, ran}')
    .addHelpText('after', AFTER_HELP)
    .action(down);
}

type DownOptions = { lab?: string; json?: boolean };

async function down(file: string | undefined, options: DownOptions): Promise<void> {
  const lab = await labFrom(file, options);
  const lasting = tellWhatLasts();
  const end = mayHaveOwnNamespace() ? endOwnLab : endLab;
  const ran = await end(lab, lasting.tell).finally(lasting.stop);
  if (options.json) sayJson({ event: 'down', lab, ran });
  else say(`${lab} ${ran ? 'has ended, and' : 'was not running;'} nothing of it is left.`);
}

function labFrom(file: string | undefined, { lab, json }: DownOptions): string | Promise<string> {
  if (file !== undefined && lab === undefined) return labOf(file, { json: json ?? false });
  if (file === undefined && lab !== undefined) return lab;
  const known = knownLabs().map((each) => `${each.lab} (${each.file})`);
  const here = known.length === 0 ? 'there are none here' : `there are ${known.join(', ')}`;
  throw new Outcome(2, `name one lab, by its topology or by --lab; ${here}`);
}
