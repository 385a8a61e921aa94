import type { Start, ZonesReport } from '../subjects/zones.ts';
import { cpuMicroseconds } from './results.ts';
import { alignColumns, loadTable } from './table.ts';

/** What the private hosted zones were to reach. */
const GOALS = { startMilliseconds: 10_000, startBytes: 1.5e9, changeMilliseconds: 5 };

export function zonesTables(report: ZonesReport): string {
  return [
    ...report.loads.map(loadTable),
    startTable(report.starts),
    changeTable(report),
    goalsOf(report)
      .map(
        ([goal, figure, isReached]) => `  ${isReached ? 'reached    ' : 'NOT reached'}  ${goal}: ${figure}\n`,
      )
      .join(''),
  ].join('\n');
}

function startTable(starts: readonly Start[]): string {
  const rows = starts.map(({ shape, server, milliseconds, cpuMilliseconds, residentBytes }) => [
    `${server}, ${shape}`,
    (milliseconds / 1000).toFixed(2),
    (cpuMilliseconds / 1000).toFixed(2),
    (residentBytes / 2 ** 20).toFixed(0),
  ]);
  return `From the start to the first answer\n${alignColumns([['', 's', 'CPU s', 'RSS MiB'], ...rows])}`;
}

function changeTable({ changes }: ZonesReport): string {
  const header = ['', 'changes', 'p50 ms', 'p99 ms', 'max ms', 'API p50 ms'];
  const rows = changes.map(({ rate, changes: count, ...times }) => [
    `${rate.toLocaleString('en')} queries/s`,
    String(count),
    ...[times.p50, times.p99, times.max, times.replyP50].map((time) => time.toFixed(2)),
  ]);
  return `From the API's reply to the changed answer\n${alignColumns([header, ...rows])}`;
}

function goalsOf({
  loads,
  starts,
  changes,
}: ZonesReport): [goal: string, figure: string, isReached: boolean][] {
  const costs = loads.flatMap(({ title, servers }): [string, string, boolean][] => {
    const cost = (name: string) => {
      const window = servers.find(({ server }) => server === name)?.median;
      return window && cpuMicroseconds(window);
    };
    const [ours, theirs] = [cost('Pointsman'), cost('BIND')];
    if (ours === undefined || theirs === undefined) return [];
    return [
      [
        `CPU per answer at most BIND's, ${title}`,
        `${ours.toFixed(1)} of ${theirs.toFixed(1)} µs`,
        ours <= theirs,
      ],
    ];
  });
  const begun = starts
    .filter(({ server, shape }) => server === 'Pointsman' && /1,000/.test(shape))
    .map(({ shape, milliseconds, residentBytes }): [string, string, boolean] => [
      `start within 10 s and 1.5 GB, ${shape}`,
      `${(milliseconds / 1000).toFixed(1)} s, ${(residentBytes / 1e9).toFixed(2)} GB`,
      milliseconds <= GOALS.startMilliseconds && residentBytes <= GOALS.startBytes,
    ]);
  const changed = changes.map(({ rate, p99 }): [string, string, boolean] => [
    `a change answered within 5 ms at p99, ${rate.toLocaleString('en')} queries/s`,
    `${p99.toFixed(2)} ms`,
    p99 <= GOALS.changeMilliseconds,
  ]);
  return [...costs, ...begun, ...changed];
}
