import type { AllowedFinding, Finding, Findings, Place, Severity } from '@pointsman/core/findings';
import type { Hop } from '@pointsman/core/verify';
import { count, FEW, style } from '../terminal.ts';

/** How many findings of one code are shown whole; the others are counted, where they are not few. */
const MOST_OF_A_CODE = 5;
/** About how many steps of a path are shown; `pointsman trace` has all. */
const MOST_HOPS = 6;
const WIDTH = 100;

const COLOURS = { error: 'red', warning: 'yellow', notice: 'blue' } as const;
const MARKS = { error: '✖', warning: '▲', notice: '•' } as const;
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'notice'];

/** The findings as people read them, the worst first: alike ones together, and of many only some. */
export function findingsText({ findings, allowed }: Findings, file: string): string[] {
  const groups = Map.groupBy(findings, ({ severity, code }) => `${severity} ${code}`);
  const lines = [...groups.values()].flatMap((group) => {
    const rest = group.length - MOST_OF_A_CODE;
    const shown = rest < FEW ? group : group.slice(0, MOST_OF_A_CODE);
    const blocks = shown.flatMap((finding) => [...findingBlock(finding, file), '']);
    if (rest < FEW) return blocks;
    return [...blocks, style('dim', `  … and ${rest} more of ${group[0]!.code} (--json has all)`), ''];
  });
  return [...lines, ...allowedLines(allowed)];
}

/** `1 error, 3 warnings, 2 allowed`; empty where there is nothing. */
export function tally({ findings, allowed }: Findings): string {
  const counts = SEVERITIES.map((severity) => [
    findings.filter((each) => each.severity === severity).length,
    severity,
  ]) as [number, Severity][];
  const parts = counts.flatMap(([number, severity]) => (number > 0 ? [count(number, severity)] : []));
  return [...parts, ...(allowed.length > 0 ? [`${allowed.length} allowed`] : [])].join(', ');
}

/** One line: `error no-route networks/orders: …`. */
export function findingLine({ severity, code, subject, evidence }: Finding): string {
  return `${severity} ${code} ${subject}: ${evidence.text}`;
}

function findingBlock({ severity, code, subject, evidence, remedy }: Finding, file: string): string[] {
  const head = `${style(COLOURS[severity], `${MARKS[severity]} ${severity}`)}  ${style('bold', code)}  ${subject}`;
  const path = severity === 'notice' ? [] : (evidence.trace?.hops ?? []);
  const shown = path.length < MOST_HOPS + FEW ? path : path.slice(0, MOST_HOPS);
  return [
    head,
    ...wrapped(evidence.text).map((line) => `    ${line}`),
    ...shown.map((hop) => style('dim', shortened(`      ${hopLine(hop)}`))),
    ...(path.length > shown.length ? [style('dim', `      … ${path.length - shown.length} more`)] : []),
    ...wrapped(remedy).map((line, index) => `    ${index === 0 ? style('green', '→') : ' '} ${line}`),
    ...evidence.at.slice(0, 1).map((place) => style('dim', `    ${placeText(place, file)}`)),
  ];
}

function hopLine({ depth, at, asks, via, because }: Hop): string {
  const link = via === undefined ? '' : ` by ${via}`;
  return `${'  '.repeat(depth)}${at} → ${asks}${link}: ${because}`;
}

function placeText({ path, line, column }: Place, file: string): string {
  return line === undefined ? `${file} ${path}` : `${file}:${line}:${column}`;
}

function shortened(line: string): string {
  return line.length <= WIDTH + 4 ? line : `${line.slice(0, WIDTH + 3)}…`;
}

/** Each with its reason, on one line. */
function allowedLines(allowed: readonly AllowedFinding[]): string[] {
  if (allowed.length === 0) return [];
  const groups = Map.groupBy(allowed, ({ code, reason }) => `${code}: ${reason}`);
  const lines = [...groups.values()].map((group) => {
    const { code, reason } = group[0]!;
    const subjects = group.map(({ subject }) => subject);
    const whose = group.length <= FEW ? subjects.join(', ') : `${subjects[0]} and ${group.length - 1} more`;
    return `  ${style('dim', 'allowed')}  ${code}  ${whose}: ${style('dim', reason)}`;
  });
  return [...lines, ''];
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
