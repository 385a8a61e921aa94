import { bare, type Failure, formatFailure, type Hop, type Trace } from '@pointsman/core/verify';
import { inMarkup } from './markup.ts';
import { isGood, placeInWords, saidInWords, verdictOf } from './phrases.ts';

/**
 * A trace as a picture: a column for each server in the order in which the question gets there, a row for each step with its reason beside it, arrows for
 * packets and marks for what a server decides by itself. One file, light and dark.
 */
export function traceSvg(
  question: { from: string; name: string; type: string },
  trace: Trace,
  without: readonly Failure[],
): string {
  const places = placesOf(trace.hops);
  const rows = layRows(trace.hops, question.name);
  const width = REASONS + places.length * COLUMN + MARGIN;
  const height = (rows.at(-1)?.bottom ?? TOP) + MARGIN + 8;
  const good = isGood(trace);
  const title = `${bare(question.name)} ${question.type} from ${question.from}`;
  const failed = without.length === 0 ? '' : ` without ${without.map(formatFailure).join(', ')}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${inMarkup(`${title}${failed}: ${verdictOf(trace)}`)}</title>`,
    STYLE,
    `<rect class="paper" width="${width}" height="${height}"/>`,
    `<text x="${MARGIN}" y="34" class="title">${inMarkup(title)}<tspan class="dim">${inMarkup(failed)}</tspan></text>`,
    `<text x="${MARGIN}" y="58" class="verdict ${good ? 'good' : 'bad'}">${inMarkup(verdictOf(trace))}</text>`,
    ...places.map((place, index) => drawPlace(place, columnAt(index), height)),
    ...rows.map((row, index) => drawHop(row, index, places)),
    '</svg>',
  ].join('\n');
}

const MARGIN = 24;
/** The width of the reasons at the left, of a column, and where the rows begin. */
const REASONS = 400;
const COLUMN = 190;
const TOP = 150;
const LINE = 17;
const LETTERS = 56;
const LETTERS_OF_COLUMN = 25;

type Place = { subject: string; address: string | undefined };
/** One step: `from` and `to` are keys of places. */
type Row = { hop: Hop; top: number; bottom: number; reason: string[]; from: string; to: string };

type Palette = Record<'paper' | 'ink' | 'dim' | 'line' | 'box' | 'good' | 'bad' | 'mild' | 'way', string>;

const LIGHT: Palette = {
  paper: '#ffffff',
  ink: '#1c2330',
  dim: '#667085',
  line: '#c9d0da',
  box: '#f3f5f8',
  good: '#13795b',
  bad: '#c02f3c',
  mild: '#9a6700',
  way: '#2f5fd0',
};
const DARK: Palette = {
  paper: '#12161d',
  ink: '#e6e9ef',
  dim: '#98a2b3',
  line: '#394150',
  box: '#1c222c',
  good: '#4cc38a',
  bad: '#ff6b74',
  mild: '#e2b340',
  way: '#8fb0ff',
};

/** Colours written out: many programs that show SVG, editors of documents among them, know no variables. */
const colours = ({ paper, ink, dim, line, box, good, bad, mild, way }: Palette) => `
text { fill: ${ink} } .dim { fill: ${dim} } .good { fill: ${good} } .bad { fill: ${bad} } .mild { fill: ${mild} }
.paper { fill: ${paper} } .box { fill: ${box}; stroke: ${line} } .life { stroke: ${line} }
.way { stroke: ${way} } .lost { stroke: ${bad} } .head { fill: ${way} } .head.lost { fill: ${bad}; stroke: none }
.decision { fill: ${paper}; stroke: ${way} } .halo { stroke: ${paper} } .number { fill: ${way} } .on { fill: ${paper} }
`;

const STYLE = `<style>
text { font: 13px ui-sans-serif, system-ui, sans-serif }
.title { font-size: 18px; font-weight: 600 } .verdict { font-size: 15px; font-weight: 600 } .dim { font-weight: 400 }
.small { font-size: 12px } .strong { font-weight: 600 } .middle { text-anchor: middle } .on { font-weight: 600; font-size: 11px }
.life { stroke-dasharray: 2 5 } .way { stroke-width: 1.8; fill: none } .lost { stroke-dasharray: 5 4 } .halo { paint-order: stroke; stroke-width: 4px }
${colours(LIGHT)}@media (prefers-color-scheme: dark) {${colours(DARK)}}
</style>`;

function placesOf(hops: readonly Hop[]): Place[] {
  const places = new Map<string, Place>();
  const add = (subject: string, address: string | undefined) => {
    const key = keyOf(subject, address);
    if (!places.has(key)) places.set(key, { subject, address });
  };
  for (const [index, hop] of hops.entries()) {
    add(hop.at, addressOfAsker(hops, index));
    if (hop.address !== undefined) add(hop.asks, hop.address);
  }
  return [...places.values()];
}

function keyOf(subject: string, address: string | undefined): string {
  return `${subject} ${address ?? ''}`;
}

/** The address under which the one who asks at a hop was asked itself. */
function addressOfAsker(hops: readonly Hop[], index: number): string | undefined {
  const { at, depth } = hops[index]!;
  return hops.slice(0, index).findLast((hop) => hop.depth === depth - 1 && hop.asks === at)?.address;
}

function columnAt(index: number): number {
  return REASONS + index * COLUMN + COLUMN / 2;
}

function layRows(hops: readonly Hop[], asked: string): Row[] {
  let top = TOP;
  return hops.map((hop, index) => {
    const path = `${placeInWords(hop.at)} → ${placeInWords(hop.asks)}`;
    const name = hop.name === asked ? '' : `${bare(hop.name)}: `;
    const reason = [short(path, (LETTERS - 8) * 6.4), ...wrap(name + hop.because, LETTERS)];
    const bottom = top + Math.max(3, reason.length) * LINE + 20;
    const row = {
      hop,
      top,
      bottom,
      reason,
      from: keyOf(hop.at, addressOfAsker(hops, index)),
      to: keyOf(hop.asks, hop.address),
    };
    top = bottom;
    return row;
  });
}

function drawPlace({ subject, address }: Place, x: number, height: number): string {
  const label = wrap(placeInWords(subject), LETTERS_OF_COLUMN).slice(0, 2);
  const lines = [
    ...label.map((text) => ({ text, style: 'strong' })),
    ...(address ? [{ text: address, style: 'dim small' }] : []),
  ];
  const first = 105 - ((lines.length - 1) * 16) / 2;
  return [
    `<line class="life" x1="${x}" x2="${x}" y1="132" y2="${height - MARGIN}"/>`,
    `<rect class="box" x="${x - COLUMN / 2 + 6}" y="76" width="${COLUMN - 12}" height="56" rx="8"/>`,
    ...lines.map(
      ({ text, style }, index) =>
        `<text x="${x}" y="${first + index * 16 + 4}" class="middle ${style}">${inMarkup(text)}</text>`,
    ),
  ].join('');
}

function drawHop(row: Row, index: number, places: readonly Place[]): string {
  const { hop, top, reason } = row;
  const [path, ...because] = reason;
  const at = (key: string) =>
    columnAt(places.findIndex(({ subject, address }) => keyOf(subject, address) === key));
  return [
    `<circle class="number" cx="${MARGIN + 9}" cy="${top + 9}" r="9"/><text x="${MARGIN + 9}" y="${top + 13}" class="middle on">${index + 1}</text>`,
    `<text x="${MARGIN + 26}" y="${top + 13}" class="strong">${inMarkup(path!)}</text>`,
    ...because.map(
      (line, number) =>
        `<text x="${MARGIN + 26}" y="${top + 13 + (number + 1) * LINE}" class="dim small">${inMarkup(line)}</text>`,
    ),
    hop.address === undefined
      ? drawDecision(hop, at(row.from), top + 24)
      : drawArrow(hop, at(row.from), at(row.to), top + 26),
  ].join('');
}

/** A packet from one column to another, the link above it and the answer below. */
function drawArrow(hop: Hop, start: number, end: number, y: number): string {
  const lost = hop.says === 'silent' ? ' lost' : '';
  const towards = start <= end ? 1 : -1;
  const tip = end - towards * 3;
  const middle = (start + end) / 2;
  const room = Math.abs(end - start);
  return [
    `<line class="way${lost}" x1="${start}" x2="${tip - towards * 7}" y1="${y}" y2="${y}"/>`,
    `<path class="head${lost}" d="M${tip} ${y} l${-towards * 9} -5 v10 z"/>`,
    hop.via === undefined
      ? ''
      : `<text x="${middle}" y="${y - 7}" class="middle dim small">${inMarkup(short(hop.via.replace('links/', ''), room))}</text>`,
    drawSaid(hop, middle, y + 18, room),
  ].join('');
}

/** What a server decides by itself: a mark on its column. */
function drawDecision(hop: Hop, x: number, y: number): string {
  const width = COLUMN - 16;
  return [
    `<rect class="decision" x="${x - width / 2}" y="${y - 16}" width="${width}" height="22" rx="11"/>`,
    `<text x="${x}" y="${y}" class="middle small">${inMarkup(short(placeInWords(hop.asks), width - 16))}</text>`,
    drawSaid(hop, x, y + 22, COLUMN),
  ].join('');
}

function drawSaid({ says }: Hop, x: number, y: number, width: number): string {
  const said = saidInWords(says);
  if (said === undefined) return '';
  const failed = says === 'silent' || !['NOERROR', 'NXDOMAIN'].includes((says as { rcode: string }).rcode);
  const style = failed ? 'bad' : said === 'NXDOMAIN' || said === 'NODATA' ? 'mild' : 'good';
  return `<text x="${x}" y="${y}" class="middle small halo ${style}">${inMarkup(short(`← ${said}`, width))}</text>`;
}

/** As much of a text as has room in so many pixels. */
function short(text: string, width: number): string {
  const letters = Math.max(12, Math.floor(width / 6.4));
  return text.length <= letters ? text : `${text.slice(0, letters - 1)}…`;
}

/** Lines of at most so many letters, broken at spaces, and in long names at dots. */
function wrap(text: string, letters: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<= )|(?<=\.)(?=[^ ]{12})/)) {
    if (line !== '' && (line + word).trimEnd().length > letters) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
  }
  return [...lines, line.trimEnd()].filter((each) => each !== '');
}
