import { resolve } from 'node:path';
import { knownLabs } from '@pointsman/lab';
import { loadTopology } from './load-topology.ts';
import { Outcome } from './outcome.ts';

/**
 * The name of the lab that a topology's file stands for: of the one that was started from it, whatever the file says by now, or else the name in it.
 * Ends the command where no lab was, and the file is wrong.
 */
export async function labOf(file: string, options: { json?: boolean }): Promise<string> {
  const started = knownLabs().flatMap((each) => (each.file === resolve(file) ? [each.lab] : []));
  if (started.length === 1) return started[0]!;
  const { name } = await loadTopology(file, options);
  if (started.length === 0 || started.includes(name)) return name;
  throw new Outcome(
    2,
    `${file} is called ${name} now, and the labs ${started.join(' and ')} were started from it: end them by \`pointsman down --lab NAME\``,
  );
}
