import type { Memory } from '../subjects/memory.ts';
import type { Reload } from '../subjects/reload.ts';
import type { Startup } from '../subjects/startup.ts';
import { byCpu, cpuMicroseconds, type LoadReport, type ServerReport } from './results.ts';

/** The figures as text for a terminal. */

const MIB = 2 ** 20;

export function loadTable(load: Pick<LoadReport, 'title' | 'servers'>): string {
  const header = ['', 'CPU µs', 'user', 'system', 'queries/s', 'p50 ms', 'p99 ms', 'p99.9 ms', 'RSS MiB'];
  const rate = load.servers.find((server) => server.median)?.median?.latencyRate;
  const title =
    rate === undefined ? load.title : `${load.title} (latencies at ${rate.toLocaleString('en')} queries/s)`;
  return `${title}\n${alignColumns([header, ...byCpu(load).map(loadRow)])}${disturbanceNote(load)}`;
}

/** More than so much of the server's CPU, and what was measured says more about the machine than about the server. */
const DISTURBED = 0.1;

function disturbanceNote({ servers }: Pick<LoadReport, 'servers'>): string {
  const most = Math.max(...servers.map(({ median }) => median?.disturbed ?? 0));
  return most > DISTURBED
    ? `  Disturbed: other programs used up to ${Math.round(most * 100)} % of the server's CPU. Measure again on a quiet machine.\n`
    : '';
}

function loadRow({ server, median, failures }: ServerReport): string[] {
  if (!median) return [server, `failed: ${failures[0]}`];
  const { latency } = median;
  return [
    server,
    cpuMicroseconds(median).toFixed(1),
    median.userMicroseconds.toFixed(1),
    median.systemMicroseconds.toFixed(1),
    Math.round(median.queriesPerSecond).toLocaleString('en'),
    ...[latency.p50, latency.p99, latency.p999].map((milliseconds) => milliseconds.toFixed(2)),
    (median.residentBytes / MIB).toFixed(0),
  ];
}

export function startupTable(rows: readonly Startup[]): string {
  const header = ['', 'ms, 3 rules', `ms, ${rows[0]?.rules.toLocaleString('en')}`, 'MiB for the rules'];
  const cells = rows.map(({ server, fewRules, manyRules, rulesBytes }) => [
    server,
    fewRules.toFixed(0),
    manyRules.toFixed(0),
    (rulesBytes / MIB).toFixed(0),
  ]);
  return `From the start to the first answer\n${alignColumns([header, ...cells])}`;
}

export function memoryTable(rows: readonly Memory[]): string {
  const header = ['', 'bytes an answer', 'RSS MiB after'];
  const cells = rows.map(({ server, bytesAnAnswer, afterBytes }) => [
    server,
    bytesAnAnswer.toFixed(0),
    (afterBytes / MIB).toFixed(0),
  ]);
  return `Memory for each of ${rows[0]?.answers.toLocaleString('en')} small cached answers\n${alignColumns([header, ...cells])}`;
}

export function reloadTable(rows: readonly Reload[]): string {
  const header = ['', 's until in force', 'queries', 'lost', 'longest wait ms'];
  const cells = rows.map(({ server, secondsUntilInForce, sent, lost, longestMilliseconds }) => [
    server,
    secondsUntilInForce.toFixed(2),
    sent.toLocaleString('en'),
    lost.toLocaleString('en'),
    longestMilliseconds.toFixed(0),
  ]);
  return `Reload of ${rows[0]?.rules.toLocaleString('en')} forwarding rules under load\n${alignColumns([header, ...cells])}`;
}

/** Pads the first column on the right and the others on the left; a row of two cells keeps its last as it is. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const whole = rows.filter((row) => row.length === rows[0]!.length);
  const widths = rows[0]!.map((_, column) =>
    Math.max(...(column === 0 ? rows : whole).map((row) => row[column]!.length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          if (column === 0) return cell.padEnd(widths[0]!);
          return row.length === widths.length ? cell.padStart(widths[column]!) : cell;
        })
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}\n`)
    .join('');
}
