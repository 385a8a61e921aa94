import { parseArgs } from 'node:util';
import { peers } from './peers/index.ts';
import { subjectNames } from './subjects/index.ts';

export type RunOptions = {
  subjects: string[];
  servers: string[];
  rounds: number;
  seconds: number;
  /** True where a run leaves something out, so that its results do not take the place of a whole run's. */
  partial: boolean;
};

export const help = `Usage: npm run bench -- [options]

Measures the forwarder beside BIND, Unbound, dnsdist, dnsmasq, Knot Resolver and a plain C echo on the same work, in turns.
Prints tables of medians and a verdict, and writes bench/results/latest.json and latest.svg (partial.* where not everything ran).
How long it takes: about 30 minutes; with --quick about 6. It wants the machine to itself.

  --only SUBJECTS   some of: ${subjectNames.join(', ')}
                    ("cached" and "misses" alone mean those with one rule); separated by commas
  --servers NAMES   some of: ${Object.keys(peers).join(', ')}; separated by commas
  --rounds N        how often each measurement is made (3)
  --seconds N       how long about each measurement lasts (3)
  --quick           one round of one second
  --help            this

Examples
  npm run bench -- --only cached --servers pointsman,echo,dnsdist --quick
  npm run bench -- --only cached,cached-100000 --servers pointsman --rounds 5
`;

/** Throws an Error that names the mistake. */
export function parseRunOptions(args: readonly string[]): RunOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      servers: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const defaults = values.quick ? { rounds: 1, seconds: 1 } : { rounds: 3, seconds: 3 };
  return {
    subjects: chosen('--only', values.only, subjectNames),
    servers: chosen('--servers', values.servers, Object.keys(peers)),
    rounds: positive('--rounds', values.rounds) ?? defaults.rounds,
    seconds: positive('--seconds', values.seconds) ?? defaults.seconds,
    partial: values.only !== undefined || values.servers !== undefined || values.quick,
  };
}

function chosen(option: string, text: string | undefined, known: readonly string[]): string[] {
  const words = text?.split(',').map((word) => word.trim()) ?? [...known];
  const unknown = words.find((word) => !known.includes(word));
  if (unknown !== undefined) throw new Error(`${option}: "${unknown}" is none of ${known.join(', ')}`);
  return words;
}

function positive(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 60) {
    throw new Error(`${option}: "${text}" is not a whole number from 1 to 60`);
  }
  return number;
}
