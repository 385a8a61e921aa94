import { readFileSync } from 'node:fs';
import { formatEndpoint, parseAddress, parseEndpoint } from '@pointsman/core/address';
import { type ComparedQuestion, type Difference, parseQueries } from '@pointsman/core/answers';
import { type Command, InvalidArgumentError } from 'commander';
import { askBoth, type FoundDifference, type Pair } from '../diff-answers/ask-both.ts';
import { makeProgress } from '../diff-answers/progress.ts';
import { parseSeconds } from '../option-values.ts';
import { Outcome } from '../outcome.ts';
import { onEndSignal } from '../signals.ts';
import { count, say, sayJson, style } from '../terminal.ts';

const AFTER_HELP = `
Before an old server is replaced: ask both what clients ask, and see what would change for them.

  queries.txt, as dnsperf reads it:      www.corp.example A
                                         20.10.168.192.in-addr.arpa PTR

Examples:
  pointsman diff-answers 192.168.1.53 10.10.1.53 --queries queries.txt
  pointsman diff-answers 127.0.0.1:5353 127.0.0.1:5354 --queries queries.txt --json | jq -r .name

What counts is whether there is an answer, its RCODE, and the set of records. What does not: their order, TTLs, the case of names,
flags, EDNS. Answers that differ are asked for twice more, so that one that changes by itself has a chance to be the same.

Exit code 0: all answers are the same. 1: some differ, or did not come. 2: the input is wrong.
`;

type DiffOptions = { queries: string; source?: string; timeout: number; json?: boolean };
type Server = { address: string; port: number };

export function addDiffAnswers(program: Command): void {
  program
    .command('diff-answers')
    .description('ask two servers the same questions, and show where their answers differ')
    .argument('<a>', 'a server: IP or IP:PORT', parseServer)
    .argument('<b>', 'another one', parseServer)
    .requiredOption('--queries <file>', 'what to ask: a name and a type on each line; - for standard input')
    .option('--source <ip>', 'the address to ask from', parseSource)
    .option('--timeout <seconds>', 'how long to wait for an answer, twice', parseSeconds, 2.5)
    .option('--json', 'print {name, type, difference} for each, and {asked, differ, a, b} last')
    .addHelpText('after', AFTER_HELP)
    .action(diffAnswers);
}

async function diffAnswers(a: Server, b: Server, options: DiffOptions): Promise<void> {
  const questions = readQuestions(options.queries);
  const pair: Pair = { a, b, source: options.source, patience: options.timeout * 1000 };
  const ended = new AbortController();
  onEndSignal(() => ended.abort());
  const progress = makeProgress(process.stderr, questions.length);
  const differences = await askBoth(pair, questions, progress.answered, ended.signal);
  progress.end();
  const [nameA, nameB] = [formatEndpoint(a.address, a.port), formatEndpoint(b.address, b.port)];
  const summary = { asked: progress.asked(), differ: differences.length, a: nameA, b: nameB };
  if (options.json) for (const each of [...differences, summary]) sayJson(each);
  else show(differences, summary);
  if (ended.signal.aborted)
    throw new Outcome(1, `stopped after ${summary.asked} of ${count(questions.length, 'question')}`);
  if (differences.length > 0) throw new Outcome(1);
}

function readQuestions(file: string): ComparedQuestion[] {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new Outcome(
      2,
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}); name a file of queries`,
    );
  }
  const result = parseQueries(text);
  if (!result.ok) {
    const lines = result.problems.map(({ line, message }) => `${file}:${line}: ${message}`);
    throw new Outcome(2, `${count(lines.length, 'mistake')} in ${file}\n${lines.join('\n')}`);
  }
  if (result.questions.length === 0)
    throw new Outcome(2, `${file} has no queries; write a name and a type on each line`);
  return result.questions;
}

type Summary = { asked: number; a: string; b: string };

function show(differences: readonly FoundDifference[], summary: Summary): void {
  const asked = count(summary.asked, 'question');
  if (differences.length === 0) {
    say(`${style('green', '✔')} ${summary.a} and ${summary.b} give the same answers to ${asked}`);
    return;
  }
  const silent = silentServers(differences, summary);
  if (silent.length > 0) {
    for (const { server, why } of silent)
      say(`${style('red', '✘')} ${server} answers none of ${asked}: ${why}`);
    return;
  }
  for (const { name, type, difference } of differences) {
    say(`${style('bold', name)} ${style('cyan', type)}`);
    for (const line of differenceLines(difference)) say(line);
  }
  say(`${style('red', '✘')} ${differences.length} of ${asked}: - ${summary.a}, + ${summary.b}`);
}

/** Servers that fail for all questions in one way: that is one thing to say, not one for each question. */
function silentServers(
  differences: readonly FoundDifference[],
  summary: Summary,
): { server: string; why: string }[] {
  if (differences.length < summary.asked) return [];
  return (['a', 'b'] as const).flatMap((side) => {
    const reasons = new Set(differences.map(({ difference }) => failureOf(difference, side)));
    const [why] = reasons;
    return reasons.size === 1 && why !== undefined ? [{ server: summary[side], why }] : [];
  });
}

function failureOf(difference: Difference, side: 'a' | 'b'): string | undefined {
  return difference.kind === 'no-answer' ? difference.failures[side] : undefined;
}

function differenceLines(difference: Difference): string[] {
  const [a, b] =
    difference.kind === 'records' ? [difference.onlyA, difference.onlyB] : [[difference.a], [difference.b]];
  return [...a.map((text) => style('red', `  - ${text}`)), ...b.map((text) => style('green', `  + ${text}`))];
}

function parseServer(text: string): Server {
  const endpoint = parseEndpoint(text);
  if (endpoint) return { address: endpoint.address, port: endpoint.port ?? 53 };
  throw new InvalidArgumentError('Write IP or IP:PORT, such as 192.168.1.53 or [fd00::1]:5353.');
}

function parseSource(text: string): string {
  if (parseAddress(text)) return text;
  throw new InvalidArgumentError('Write an address of this machine, such as 127.20.0.10.');
}
