import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { Outcome } from '../outcome.ts';
import { STARTING_TOPOLOGY } from '../starting-topology.ts';
import { say, shellWord, style } from '../terminal.ts';

const AFTER_HELP = `
Examples:
  pointsman init                    writes hybrid.yaml
  pointsman init networks/dns.yaml

A file that exists is never overwritten.
`;

export function addInit(program: Command): void {
  program
    .command('init')
    .description('write a commented topology to start from')
    .argument('[file]', 'where to; a .yaml or .yml file', 'hybrid.yaml')
    .addHelpText('after', AFTER_HELP)
    .action((file: string) => {
      if (!/\.ya?ml$/i.test(file)) throw new Outcome(2, `${file}: name a .yaml or .yml file`);
      writeNew(file);
      const word = shellWord(file);
      say(`Wrote ${style('bold', file)}. Next:`);
      say(`  pointsman check ${word}`);
      say(`  pointsman up ${word}`);
      say(`  pointsman query ${word} --from orders db.corp.example    # from another terminal`);
    });
}

function writeNew(file: string): void {
  try {
    writeFileSync(file, STARTING_TOPOLOGY, { flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'EEXIST'
        ? 'is there already, and init overwrites nothing; name another file'
        : code === 'ENOENT'
          ? 'cannot be written: its folder does not exist'
          : `cannot be written (${code})`;
    throw new Outcome(2, `${file} ${why}`);
  }
}
