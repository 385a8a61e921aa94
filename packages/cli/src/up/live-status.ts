import { style } from '../terminal.ts';
import type { TierStatus, WorldStatus } from './status.ts';

/** A piece of a line and its style; widths are counted on the bare text. */
type Piece = {
  text: string;
  format?: Parameters<typeof style>[0];
  /** Left out where there is no room for all of it. */
  optional?: boolean;
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
      stream.write(erase() + lines.map((line) => `${render(line, width)}\n`).join(''));
      height = lines.length;
    },
    clear: () => {
      stream.write(erase());
      height = 0;
    },
  };
}

export function statusLines(status: WorldStatus, seconds: number): Piece[][] {
  const { tiers } = status;
  const shown = tiers.length <= MOST_TIERS ? tiers : tiers.filter(isHurt).slice(0, MOST_TIERS);
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  return [...shown.map((tier) => tierLine(tier, width)), summaryLine(status, seconds)];
}

function tierLine({ name, members, upstreams }: TierStatus, width: number): Piece[] {
  const groups = Map.groupBy(upstreams, ({ who }) => who);
  return [
    { text: `${name.padEnd(width)}  `, format: 'bold' },
    ...members.flatMap((member) => [dot(member.state), { text: `${member.name}  ` }]),
    { text: ' asks  ', format: 'dim' },
    ...[...groups].flatMap(([who, group]) => [
      { text: `${who} ` },
      ...group.flatMap(upstreamPieces),
      { text: '  ' },
    ]),
  ];
}

function upstreamPieces({ endpoint, state, reason }: TierStatus['upstreams'][number]): Piece[] {
  if (state !== 'down') return [dot(state)];
  return [dot(state), { text: `${endpoint.replace(/:[0-9]+$/, '')} ${reason} `, format: 'dim' }];
}

function summaryLine(status: WorldStatus, seconds: number): Piece[] {
  const rate = status.queriesPerSecond;
  const share = status.cacheHitShare;
  const parts = [
    `${rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en')} queries/s`,
    ...(share === undefined ? [] : [`${Math.round(share * 100)} % from cache`]),
    upCount(status, 'members'),
    upCount(status, 'upstreams'),
    `${status.queries.toLocaleString('en')} answered in ${duration(seconds)}`,
  ];
  return [{ text: parts.join(' · ') }, { text: '   Ctrl-C ends it all', format: 'dim', optional: true }];
}

function upCount({ tiers }: WorldStatus, kind: 'members' | 'upstreams'): string {
  const all = tiers.flatMap((tier): { state: string }[] => tier[kind]);
  return `${all.filter(({ state }) => state !== 'down').length}/${all.length} ${kind} up`;
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

function render(line: readonly Piece[], width: number): string {
  let left = width;
  let text = '';
  for (const piece of line) {
    if (piece.optional && piece.text.length > left) continue;
    const cut = piece.text.length > left ? `${piece.text.slice(0, Math.max(0, left - 1))}…` : piece.text;
    text += piece.format ? style(piece.format, cut) : cut;
    left -= cut.length;
    if (left <= 0) break;
  }
  return text;
}
