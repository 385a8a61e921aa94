import { byCpu, cpuMicroseconds, type LoadReport, type Results, type ServerReport } from './results.ts';
import { element, text } from './svg.ts';

/**
 * CPU time per answered query as horizontal bars: a panel for each subject, cached answers on the left and the rest on the
 * right, one scale for each column. Drawn by hand: the chart is rectangles and words, and has to follow the reader's light or
 * dark colours, for which chart libraries need a browser.
 */
export function drawChart({ loads, machine, parameters }: Results): string {
  const shown = loads.filter((load) => load.servers.some(({ median }) => median));
  const columns = [
    shown.filter(({ name }) => name.startsWith('cached')),
    shown.filter(({ name }) => !name.startsWith('cached')),
  ].filter((column) => column.length > 0);
  const width = 2 * MARGIN + columns.length * COLUMN + (columns.length - 1) * GUTTER;
  const height = HEADER + Math.max(0, ...columns.map(columnHeight)) + FOOTER;
  const drawn = columns.flatMap((column, index) => drawColumn(column, MARGIN + index * (COLUMN + GUTTER)));
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': 'CPU time per answered query, server by server',
    },
    element('style', {}, STYLE),
    element('rect', { class: 'page', width, height, rx: 8 }),
    text(MARGIN, 38, 'CPU time per answered query', { class: 'title' }),
    text(MARGIN, 59, `Microseconds, shorter is better · median of ${rounds(parameters.rounds)}`, {
      class: 'quiet',
    }),
    ...legend(MARGIN, 82),
    ...drawn,
    text(MARGIN, height - 16, footer(machine), { class: 'quiet small' }),
  )}\n`;
}

const MARGIN = 28;
const COLUMN = 440;
const GUTTER = 36;
const HEADER = 104;
const FOOTER = 34;
const PANEL_TITLE = 30;
const PANEL_GAP = 22;
const ROW = 21;
const BAR = 13;
const LABEL = 154;
const VALUE = 46;

const STYLE = `
.page{fill:#fff}text{font:13px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;fill:#1e293b}
.title{font-size:20px;font-weight:650}.panel{font-weight:650}.quiet{fill:#64748b}.small{font-size:11px}
.label{text-anchor:end}.value{font-variant-numeric:tabular-nums}.strong{font-weight:650}
.user{fill:#64748b}.system{fill:#b6c2d1}.ours .user{fill:#0f766e}.ours .system{fill:#2dd4bf}
.floor .user,.floor .system{fill:none;stroke:#94a3b8;stroke-dasharray:3 2}.line{stroke:#94a3b8;stroke-dasharray:3 3}
.axis{stroke:#cbd5e1}.failed{fill:#b91c1c}
@media (prefers-color-scheme:dark){.page{fill:#0f172a}text{fill:#e2e8f0}.quiet{fill:#94a3b8}.user{fill:#94a3b8}
.system{fill:#475569}.ours .user{fill:#5eead4}.ours .system{fill:#0f8f83}.floor .user,.floor .system{stroke:#64748b}
.line{stroke:#64748b}.axis{stroke:#334155}.failed{fill:#fca5a5}}
`;

function columnHeight(panels: readonly LoadReport[]): number {
  return panels.reduce((sum, panel) => sum + PANEL_TITLE + panel.servers.length * ROW + PANEL_GAP, 0);
}

function drawColumn(panels: readonly LoadReport[], left: number): string[] {
  const costs = panels.flatMap(({ servers }) =>
    servers.map(({ median }) => (median ? cpuMicroseconds(median) : 0)),
  );
  const scale = (COLUMN - LABEL - VALUE) / Math.max(...costs);
  let top = HEADER;
  return panels.flatMap((panel) => {
    const drawn = drawPanel(panel, left, top, scale);
    top += columnHeight([panel]);
    return drawn;
  });
}

function drawPanel(panel: LoadReport, left: number, top: number, scale: number): string[] {
  const zero = left + LABEL;
  const first = top + PANEL_TITLE;
  const bottom = first + panel.servers.length * ROW - (ROW - BAR) + 4;
  const floor = panel.servers.find(({ role }) => role === 'floor')?.median;
  return [
    text(left, top + 14, panel.title, { class: 'panel' }),
    ...byCpu(panel).flatMap((server, index) => drawBar(server, zero, first + index * ROW, scale)),
    element('line', { class: 'axis', x1: zero, x2: zero, y1: first - 4, y2: bottom }),
    ...(floor
      ? [
          element('line', {
            class: 'line',
            x1: zero + cpuMicroseconds(floor) * scale,
            x2: zero + cpuMicroseconds(floor) * scale,
            y1: first - 4,
            y2: bottom,
          }),
        ]
      : []),
  ];
}

function drawBar({ server, role, median }: ServerReport, zero: number, top: number, scale: number): string[] {
  const weight = role === 'ours' ? ' strong' : '';
  const label = text(zero - 8, top + BAR - 2, server, { class: `label${weight}` });
  if (!median) return [label, text(zero + 8, top + BAR - 2, 'failed', { class: 'failed' })];
  const user = median.userMicroseconds * scale;
  const system = median.systemMicroseconds * scale;
  const bars = [
    element('rect', { class: 'user', x: zero, y: top, width: user, height: BAR }),
    element('rect', { class: 'system', x: zero + user, y: top, width: system, height: BAR }),
  ];
  return [
    label,
    element('g', { class: role }, ...bars),
    text(zero + user + system + 7, top + BAR - 2, cpuMicroseconds(median).toFixed(1), {
      class: `value${weight}`,
    }),
  ];
}

function legend(left: number, baseline: number): string[] {
  const swatch = (x: number, role: string, kind: string) =>
    element(
      'g',
      { class: role },
      element('rect', { class: kind, x, y: baseline - 10, width: 16, height: 10 }),
    );
  return [
    swatch(left, 'ours', 'user'),
    swatch(left + 18, 'other', 'user'),
    text(left + 41, baseline - 1, 'in the program (user)', { class: 'quiet' }),
    swatch(left + 190, 'ours', 'system'),
    swatch(left + 208, 'other', 'system'),
    text(left + 231, baseline - 1, 'in the kernel (system)', { class: 'quiet' }),
    swatch(left + 386, 'floor', 'system'),
    text(left + 409, baseline - 1, 'C echo: the least that sockets cost', { class: 'quiet' }),
  ];
}

function footer({ cpu, cpus, kernel, pinning }: Results['machine']): string {
  const pinned = pinning === 'none' ? 'not pinned' : 'the server alone on one CPU';
  return `${cpu}, ${cpus} CPUs, Linux ${kernel} · one worker thread each, ${pinned} · all on the loopback interface`;
}

function rounds(count: number): string {
  return count === 1 ? 'one round' : `${count} rounds`;
}
