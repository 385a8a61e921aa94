/**
 * The convention for examples that a test runs. Before a block of shell commands stands a comment:
 *
 *     <!-- test -->                                    run the commands
 *     <!-- test: up examples/acme/hybrid.yaml -->      run them while that topology is up
 *
 * Commands run one after the other, from the root of the repository. Lines `# => …` after a command are all it prints on stdout,
 * whatever the order of the lines; without any, it only has to succeed. `# exit 1` is the exit code it ends with. So a reader
 * can paste the block as it stands.
 */
export type ReadmeBlock = { line: number; topology: string | undefined; commands: ReadmeCommand[] };

export type ReadmeCommand = { command: string; output: string[] | undefined; exitCode: number };

const BLOCK = /^<!-- test(?:: up (\S+))? -->\n+```sh\n(.*?)^```$/gms;

export function readBlocks(markdown: string): ReadmeBlock[] {
  return [...markdown.matchAll(BLOCK)].map((match) => ({
    line: markdown.slice(0, match.index).split('\n').length,
    topology: match[1],
    commands: readCommands(match[2]!),
  }));
}

function readCommands(text: string): ReadmeCommand[] {
  const commands: ReadmeCommand[] = [];
  for (const line of text.replaceAll('\\\n', ' ').split('\n')) {
    const last = commands.at(-1);
    const output = /^# => ?(.*)$/.exec(line);
    const exitCode = /^# exit ([0-9]+)$/.exec(line);
    if (output && last) last.output = [...(last.output ?? []), output[1]!];
    else if (exitCode && last) last.exitCode = Number(exitCode[1]);
    else if (line.trim() !== '' && !line.startsWith('#')) {
      commands.push({ command: line, output: undefined, exitCode: 0 });
    }
  }
  return commands;
}
