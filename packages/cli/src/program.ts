import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addAgent } from './commands/agent.ts';
import { addCheck } from './commands/check.ts';
import { addCompare } from './commands/compare.ts';
import { addDiffAnswers } from './commands/diff-answers.ts';
import { addDown } from './commands/down.ts';
import { addDrill } from './commands/drill.ts';
import { addExec } from './commands/exec.ts';
import { addHeal } from './commands/heal.ts';
import { addInit } from './commands/init.ts';
import { addMatrix } from './commands/matrix.ts';
import { addQuery } from './commands/query.ts';
import { addRender } from './commands/render.ts';
import { addSchema } from './commands/schema.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addTrace } from './commands/trace.ts';
import { addUp } from './commands/up.ts';
import { addZones } from './commands/zones.ts';
import { style } from './terminal.ts';

const AFTER_HELP = `
Start here:
  pointsman init                                  write hybrid.yaml, a topology to start from
  pointsman check hybrid.yaml                     find the mistakes in it, and who cannot resolve what
  pointsman up hybrid.yaml                        run it on this machine, without root and without a cloud account
  pointsman query hybrid.yaml --from orders NAME  ask in it, as a client of the network "orders"

Exit codes: 0 fine · 1 the result is bad (no answer, an error found) · 2 the input is wrong, and nothing was done.
`;

export function makeProgram(): Command {
  const program = new Command('pointsman')
    .description('Private DNS across the cloud boundary, from one topology file.')
    .version(packageJson.version)
    // What stands behind a command is the command's own: `agent` and its subcommands have a --config each.
    .enablePositionalOptions()
    .helpCommand('help [command]', 'what a command does, with examples')
    .configureHelp({ styleTitle: (title) => style('bold', title), showGlobalOptions: false })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'pointsman: ')) })
    .showHelpAfterError('(pointsman --help shows what there is)')
    .addHelpText('after', AFTER_HELP)
    .exitOverride();
  for (const add of [
    addInit,
    addCheck,
    addTrace,
    addMatrix,
    addCompare,
    addUp,
    addQuery,
    addExec,
    addDrill,
    addHeal,
    addDown,
    addServe,
    addAgent,
    addStatus,
    addZones,
    addRender,
    addDiffAnswers,
    addSchema,
  ])
    add(program);
  for (const command of program.commands) pointToHelp(command, program.name());
  return program;
}

/** After a mistake, the help of the very command that was meant: of `agent plan`, not of `agent`. */
function pointToHelp(command: Command, parents: string): void {
  const words = `${parents} ${command.name()}`;
  command.showHelpAfterError(`(${words} --help has examples)`);
  for (const each of command.commands) pointToHelp(each, words);
}
