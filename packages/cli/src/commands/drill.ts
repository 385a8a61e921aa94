import { type DrillEvent, drillLab, FAULT_ARGUMENTS, WorldError } from '@pointsman/lab';
import type { Command } from 'commander';
import { drillSummary, drillTime } from '../drill/text.ts';
import { labOf } from '../find-lab.ts';
import { parseSeconds } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { ranInOwnLab, SUDO } from '../own-lab.ts';
import { onEndSignal } from '../signals.ts';
import { say, sayJson, shellWord } from '../terminal.ts';

const AFTER_HELP = `
Breaks something in a lab that \`pointsman up --world namespaces\` runs, under a steady load: the client host of every network asks ten questions a second, and
waits as libc does, by its own resolv.conf. Tells what happens, who notices, and when answers come again; then heals what it broke, as Ctrl-C does.

${Object.entries(FAULT_ARGUMENTS)
  .map(([kind, argument]) => `  pointsman drill hybrid.yaml ${kind} ${argument}`.trimEnd())
  .join('\n')}

  sudo pointsman drill hybrid.yaml kill main/a --for 20
  sudo pointsman drill hybrid.yaml kill main/a and kill main/b
  sudo pointsman drill hybrid.yaml -- clock main/a -10m    # -- as a word begins with a hyphen
  sudo pointsman drill hybrid.yaml link shared-sydney --keep; sudo pointsman heal hybrid.yaml

Exit code 1: when all was healed, an address did not answer again.
`;

type DrillOptions = { for: number; keep?: boolean; json?: boolean };

/** Seconds. */
const LASTS = 10;

export function addDrill(program: Command): void {
  program
    .command('drill')
    .description(
      'break something in a lab in network namespaces, and watch who notices and when answers come again',
    )
    .argument('<file>', 'the topology that runs')
    .argument('<fault...>', 'what to break')
    .option('--for <seconds>', 'how long it stays broken', parseSeconds, LASTS)
    .option('--keep', 'leave it broken, for `pointsman heal` to put right')
    .option('--json', 'print {drill, startedAt, events: [{at_ms, what}], answeredAgain_ms, load}')
    .addHelpText('after', AFTER_HELP)
    .action(drill);
}

async function drill(file: string, words: string[], options: DrillOptions): Promise<void> {
  const lab = await labOf(file, options);
  if (await ranInOwnLab(lab)) return;
  const ending = new AbortController();
  onEndSignal(() => ending.abort());
  const { silent, ...report } = await drillLab(lab, runOptions(words, options, ending.signal)).catch(
    (error) => refuse(error, options),
  );
  if (options.json) sayJson(report);
  else {
    for (const line of drillSummary(report)) say(line);
    if (options.keep)
      say(`${report.drill} stays broken until \`${SUDO}pointsman heal ${shellWord(file)}\` puts it right.`);
  }
  if (silent.length > 0 && !options.keep && !ending.signal.aborted)
    throw new Outcome(1, `${silent.join(', ')}: no answer yet, though all is healed`);
}

function runOptions(words: readonly string[], options: DrillOptions, signal: AbortSignal) {
  const tell = ({ at_ms, what }: DrillEvent) => {
    if (!options.json) say(`${drillTime(at_ms)}  ${what}`);
  };
  return { words, lasts: options.for * 1000, heal: options.keep !== true, signal, tell };
}

function refuse(error: unknown, { json }: DrillOptions): never {
  if (!(error instanceof WorldError) || error.code !== 'unknown-fault') throw error;
  if (json) sayJson({ event: 'error', code: error.code, message: error.message });
  throw new Outcome(2, json ? '' : `${error.message}\n(pointsman drill --help has examples)`);
}
