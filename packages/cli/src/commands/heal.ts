import { healLab } from '@pointsman/lab';
import type { Command } from 'commander';
import { labOf } from '../find-lab.ts';
import { ranInOwnLab } from '../own-lab.ts';
import { say, sayJson } from '../terminal.ts';

const AFTER_HELP = `
Puts right all that \`pointsman drill --keep\` has broken in a lab that runs:

  sudo pointsman heal hybrid.yaml
`;

export function addHeal(program: Command): void {
  program
    .command('heal')
    .description('put right all that drills have broken')
    .argument('<file>', 'the topology that runs')
    .option('--json', 'print {event: "healed", faults}')
    .addHelpText('after', AFTER_HELP)
    .action(heal);
}

async function heal(file: string, options: { json?: boolean }): Promise<void> {
  const lab = await labOf(file, options);
  if (await ranInOwnLab(lab)) return;
  const faults = await healLab(lab);
  if (options.json) return sayJson({ event: 'healed', faults });
  if (faults.length === 0) return say('Nothing was broken.');
  for (const fault of faults) say(`${fault}: healed`);
}
