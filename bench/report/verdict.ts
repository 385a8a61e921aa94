import { cpuMicroseconds, type LoadReport, type Results, type ServerReport } from './results.ts';

/** The goals that the forwarder was built to, beside what was measured. A goal whose figures are missing is left out. */
export function judge(loads: readonly LoadReport[]): Results['verdict'] {
  const cost = (load: string, chosen: (server: ServerReport) => boolean): number | undefined => {
    const costs = (loads.find(({ name }) => name === load)?.servers ?? [])
      .filter(chosen)
      .flatMap(({ median }) => (median ? [cpuMicroseconds(median)] : []));
    return costs.length === 0 ? undefined : Math.min(...costs);
  };
  const named = (name: string) => (server: ServerReport) => server.server === name;
  const role = (wanted: ServerReport['role']) => (server: ServerReport) => server.role === wanted;
  const ours = named('Pointsman');

  const goals: [goal: string, figure: number | undefined, than: number | undefined, most: number][] = [
    [
      'CPU per cached query, of the best other server',
      cost('cached', ours),
      cost('cached', role('other')),
      0.9,
    ],
    ['CPU per cached query, of the C echo', cost('cached', ours), cost('cached', role('floor')), 1.5],
    ['CPU per missed query, of dnsdist', cost('misses', ours), cost('misses', named('dnsdist')), 1],
    [
      'CPU per cached query at 100,000 rules, of that at one',
      cost('cached-100000', ours),
      cost('cached', ours),
      1.1,
    ],
    [
      'CPU per missed query at 100,000 rules, of that at one',
      cost('misses-100000', ours),
      cost('misses', ours),
      1.1,
    ],
  ];
  return goals.flatMap(([goal, figure, than, most]) => {
    if (figure === undefined || than === undefined) return [];
    const ratio = figure / than;
    return [
      {
        goal: `${goal}: at most ${most}`,
        figure: `${ratio.toFixed(2)} (${figure.toFixed(1)} of ${than.toFixed(1)} µs)`,
        reached: ratio <= most,
      },
    ];
  });
}

export function verdictText(verdict: Results['verdict']): string {
  return verdict
    .map(({ goal, figure, reached }) => `  ${reached ? 'reached    ' : 'NOT reached'}  ${goal}: ${figure}\n`)
    .join('');
}
