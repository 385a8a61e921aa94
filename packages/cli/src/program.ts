import { Command } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { foldProse } from './fold-prose.ts';
import { style } from './terminal.ts';

type Add = (program: Command) => void;

/** In the order of the help. One is loaded where it is meant: most of a start is loading. */
const COMMANDS: Readonly<Record<string, () => Promise<Add>>> = {
  init: async () => (await import('./commands/init.ts')).addInit,
  check: async () => (await import('./commands/check.ts')).addCheck,
  trace: async () => (await import('./commands/trace.ts')).addTrace,
  matrix: async () => (await import('./commands/matrix.ts')).addMatrix,
  compare: async () => (await import('./commands/compare.ts')).addCompare,
  up: async () => (await import('./commands/up.ts')).addUp,
  query: async () => (await import('./commands/query.ts')).addQuery,
  exec: async () => (await import('./commands/exec.ts')).addExec,
  drill: async () => (await import('./commands/drill.ts')).addDrill,
  heal: async () => (await import('./commands/heal.ts')).addHeal,
  down: async () => (await import('./commands/down.ts')).addDown,
  serve: async () => (await import('./commands/serve.ts')).addServe,
  agent: async () => (await import('./commands/agent.ts')).addAgent,
  status: async () => (await import('./commands/status.ts')).addStatus,
  zones: async () => (await import('./commands/zones.ts')).addZones,
  render: async () => (await import('./commands/render.ts')).addRender,
  'diff-answers': async () => (await import('./commands/diff-answers.ts')).addDiffAnswers,
  schema: async () => (await import('./commands/schema.ts')).addSchema,
};

const AFTER_HELP = `
Start here:
  pointsman init                                  write hybrid.yaml, a topology to start from
  pointsman check hybrid.yaml                     find the mistakes in it, and who cannot resolve what
  pointsman up hybrid.yaml                        run it on this machine, without root and without a cloud account
  pointsman query hybrid.yaml --from orders NAME  ask in it, as a client of the network "orders"

Exit codes: 0 fine · 1 the result is bad (no answer, an error found) · 2 the input is wrong, and nothing was done.
`;

/** `words`: what is written behind the program's name. */
export async function makeProgram(words: readonly string[]): Promise<Command> {
  const program = new Command('pointsman')
    .description('Private DNS across the cloud boundary, from one topology file.')
    .version(packageJson.version)
    // What stands behind a command is the command's own: `agent` and its subcommands have a --config each.
    .enablePositionalOptions()
    .helpCommand('help [command]', 'what a command does, with examples')
    .configureHelp({ styleTitle: (title) => style('bold', title), showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) =>
        process.stdout.write(foldProse(text, process.stdout.columns ?? Number.POSITIVE_INFINITY)),
      outputError: (text, write) => write(text.replace(/^error: /, 'pointsman: ')),
    })
    .showHelpAfterError('(pointsman --help shows what there is)')
    .addHelpText('after', AFTER_HELP)
    .exitOverride();
  for (const add of await loadCommands(words[0])) add(program);
  for (const command of program.commands) pointToHelp(command, program.name());
  return program;
}

/** The one of that name; all of them for their overview, and where there is none of that name. */
function loadCommands(name: string | undefined): Promise<Add[]> {
  const load =
    name !== undefined && Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]!] : Object.values(COMMANDS);
  return Promise.all(load.map((each) => each()));
}

/** After a mistake, the help of the very command that was meant: of `agent plan`, not of `agent`. */
function pointToHelp(command: Command, parents: string): void {
  const words = `${parents} ${command.name()}`;
  command.showHelpAfterError(`(${words} --help has examples)`);
  for (const each of command.commands) pointToHelp(each, words);
}
