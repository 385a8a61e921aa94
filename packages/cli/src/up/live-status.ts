import { style } from '../terminal.ts';
import type { TierStatus, WorldLoad, WorldStatus } from './status.ts';

/** A piece of a line and its style; widths are counted on the bare text. */
type Piece = {
  text: string;
  format?: Parameters<typeof style>[0];
  /** Left out where there is no room for all of it. */
  optional?: boolean;
  /** May begin a new line, with all up to the next piece that may. */
  wraps?: boolean;
};

/** Lines at the end of a terminal that are written over, again and again. */
export type LiveLines = { show: (lines: readonly Piece[][]) => void; clear: () => void };

/** More tiers than this are told in numbers. */
const MOST_TIERS = 6;

export function makeLiveLines(stream: NodeJS.WriteStream): LiveLines {
  let height = 0;
  const erase = () => (height === 0 ? '' : `\x1b[${height}A\r\x1b[0J`);
  return {
    show: (lines) => {
      const width = (stream.columns ?? 80) - 1;
      const rendered = lines.flatMap((line) => render(line, width));
      stream.write(erase() + rendered.map((line) => `${line}\n`).join(''));
      height = rendered.length;
    },
    clear: () => {
      stream.write(erase());
      height = 0;
    },
  };
}

/** `differences`: how many things are not as the file says. */
export function statusLines(status: WorldStatus, seconds: number, differences = 0): Piece[][] {
  const { tiers } = status;
  const shown = tiers.length <= MOST_TIERS ? tiers : tiers.filter(isHurt).slice(0, MOST_TIERS);
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  return [...shown.map((tier) => tierLine(tier, width)), summaryLine(status, seconds, differences)];
}

function tierLine({ name, members, upstreams }: TierStatus, width: number): Piece[] {
  const groups = Map.groupBy(upstreams, ({ who }) => who);
  return [
    { text: `${name.padEnd(width)}  `, format: 'bold' },
    ...members.flatMap((member) => [{ ...dot(member.state), wraps: true }, { text: `${member.name}  ` }]),
    ...(groups.size > 0 ? [{ text: ' asks  ', format: 'dim' as const, wraps: true }] : []),
    ...[...groups].flatMap(([who, group], index) => [
      { text: `${who} `, wraps: index > 0 },
      ...group.flatMap(upstreamPieces),
      { text: '  ' },
    ]),
  ];
}

function upstreamPieces({ endpoint, state, reason }: TierStatus['upstreams'][number]): Piece[] {
  if (state !== 'down') return [dot(state)];
  return [dot(state), { text: `${endpoint.replace(/:[0-9]+$/, '')} ${reason} `, format: 'dim' }];
}

function summaryLine(status: WorldStatus, seconds: number, differences: number): Piece[] {
  const { load, tiers } = status;
  const parts = [
    ...(load ? rateParts(load) : []),
    upCount(status, 'members'),
    ...(tiers.some(({ upstreams }) => upstreams.length > 0) ? [upCount(status, 'upstreams')] : []),
    `${load ? `${load.queries.toLocaleString('en')} in ` : ''}${duration(seconds)}`,
    ...(differences === 0 ? [] : [`${differences.toLocaleString('en')} not as the file says`]),
  ];
  return [{ text: parts.join(' · ') }, { text: '  Ctrl-C ends', format: 'dim', optional: true }];
}

function rateParts({ queriesPerSecond: rate, cacheHitShare: share }: WorldLoad): string[] {
  return [
    `${rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en')} queries/s`,
    ...(share === undefined ? [] : [`${Math.round(share * 100)} % cached`]),
  ];
}

function upCount({ tiers }: WorldStatus, kind: 'members' | 'upstreams'): string {
  const all = tiers.flatMap((tier): { state: string }[] => tier[kind]);
  return `${all.filter(({ state }) => state !== 'down').length}/${all.length} ${kind}`;
}

function isHurt({ members, upstreams }: TierStatus): boolean {
  return [...members, ...upstreams].some(({ state }) => state === 'down');
}

function dot(state: 'up' | 'down' | 'unknown'): Piece {
  if (state === 'unknown') return { text: '○ ', format: 'dim' };
  return state === 'up' ? { text: '● ', format: 'green' } : { text: '✖ ', format: 'red' };
}

/** `0:07`, `1:02:03`. */
function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [first, ...rest] = parts[0] === 0 ? parts.slice(1) : parts;
  return [String(first), ...rest.map((part) => String(part).padStart(2, '0'))].join(':');
}

/** A line as it fits the terminal: on as many lines as it takes, the later ones indented; a piece that is wider than all of one is cut. */
function render(line: readonly Piece[], width: number): string[] {
  const lines: Piece[][] = [[]];
  let left = width;
  for (const [index, piece] of line.entries()) {
    const next = line.findIndex((each, at) => at > index && each.wraps);
    const unit = piece.wraps ? line.slice(index, next === -1 ? undefined : next) : [piece];
    if (piece.optional && lengthOf([piece]) > left) continue;
    if (piece.wraps && lengthOf(unit) > left && left < width - INDENT) {
      lines.push([{ text: ' '.repeat(INDENT) }]);
      left = width - INDENT;
    }
    if (left <= 0) continue;
    const fits = lengthOf([piece]) <= left;
    const text = fits ? piece.text.slice(0, left) : `${piece.text.slice(0, left - 1)}…`;
    lines.at(-1)!.push({ ...piece, text });
    left -= text.length;
  }
  return lines.map((pieces) =>
    pieces.map(({ text, format }) => (format ? style(format, text) : text)).join(''),
  );
}

const INDENT = 4;

/** Without the spaces at its end, which need no room. */
function lengthOf(pieces: readonly Piece[]): number {
  return pieces
    .map(({ text }) => text)
    .join('')
    .trimEnd().length;
}
