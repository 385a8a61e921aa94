import { bare, type Trace } from '@pointsman/core/verify';
import { columns, style } from '../terminal.ts';
import type { LiveHop, LiveTrace } from './live.ts';
import { isGood, placeInWords, saidInWords, verdictOf } from './phrases.ts';

type Question = { from: string; name: string; type: string };

/** A trace for people: the verdict first, then the path, one step a paragraph, indented as questions lie in one another. */
export function traceText(question: Question, trace: Trace, live: LiveTrace | undefined): string {
  const good = isGood(trace);
  const hops: readonly LiveHop[] = live?.hops ?? trace.hops;
  const mark = good ? style('green', '✔') : style('red', '✖');
  const asked = style('bold', `${bare(question.name)} ${question.type}`);
  const verdict = style(good ? 'green' : 'red', verdictOf(trace));
  return [
    `${mark} ${asked} from ${question.from}: ${verdict}`,
    ...(trace.because === undefined ? [] : [`  ${trace.because}`]),
    ...answerLines(trace),
    ...hops.flatMap((hop, index) => ['', ...hopLines(hop, index, question.name)]),
    ...liveLines(live),
  ].join('\n');
}

function answerLines({ answers = [] }: Trace): string[] {
  const rows = answers.map(({ name, ttl, type, data }) => [bare(name), String(ttl), type, data]);
  return columns(rows, [undefined, 'dim', 'cyan', 'bold']).map((line) => `  ${line}`);
}

/** `asked`: what the client asks for; aliases lead to other names. */
function hopLines(hop: LiveHop, index: number, asked: string): string[] {
  const { at, asks, address, because, via, says, depth, name } = hop;
  const number = String(index + 1).padStart(2);
  const margin = ' '.repeat(number.length + 2 + 2 * depth);
  const whom = `${placeInWords(asks)}${address === undefined ? '' : style('dim', ` ${address}`)}`;
  const link = via === undefined ? '' : style('dim', `  over ${via.replace('links/', 'the link ')}`);
  const answer = saidInWords(says);
  return [
    `${style('dim', number)}  ${'  '.repeat(depth)}${style('bold', placeInWords(at))} → ${whom}${link}`,
    style('dim', `${margin}${name === asked ? '' : `${bare(name)}: `}${because}`),
    ...(answer === undefined ? [] : [`${margin}${style(colourOf(says), `← ${answer}`)}`]),
    ...measuredLine(hop, margin),
  ];
}

function measuredLine({ measured, ms, agrees }: LiveHop, margin: string): string[] {
  if (measured === undefined) return [];
  const said = `${saidInWords(measured)} in ${ms?.toFixed(1)} ms`;
  if (agrees === false) return [`${margin}${style('red', `✖ measured: ${said}, which was not to be`)}`];
  return [`${margin}${style('green', `${agrees ? '✔' : '·'} measured: ${said}`)}`];
}

function liveLines(live: LiveTrace | undefined): string[] {
  if (!live) return [];
  if (live.firstDifference === null)
    return ['', style('green', '✔ Every step was measured to be as proven.')];
  const hop = live.hops[live.firstDifference]!;
  const where = `step ${live.firstDifference + 1}, ${placeInWords(hop.at)} → ${placeInWords(hop.asks)}`;
  return [
    '',
    style('red', `✖ What is measured differs first at ${where}:`),
    `  proven   ${saidInWords(hop.says)}`,
    `  measured ${saidInWords(hop.measured)}`,
  ];
}

function colourOf(says: LiveHop['says']): 'green' | 'red' | 'yellow' {
  if (says === undefined || says === 'silent') return 'red';
  if (says.rcode !== 'NOERROR') return says.rcode === 'NXDOMAIN' ? 'yellow' : 'red';
  return says.answers.length > 0 ? 'green' : 'yellow';
}
