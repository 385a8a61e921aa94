import type { DrillReport } from '@pointsman/lab';
import { count, style } from '../terminal.ts';

/** `+  3.214 s`: the time of an event since the drill began. */
export function drillTime(ms: number): string {
  return style('dim', `+${(ms / 1000).toFixed(3).padStart(8)} s`);
}

/** What came of a drill, behind its timeline. */
export function drillSummary({ answeredAgain_ms: again, load }: DrillReport): string[] {
  const { asked, answered, late, lost, slowest_ms: slowest } = load;
  const parts = [
    `${count(asked, 'question')} asked`,
    `${answered} answered`,
    ...(late > 0
      ? [style('yellow', `${late} of them late, by ${(slowest / 1000).toFixed(1)} s at most`)]
      : []),
    lost > 0 ? style('red', `${lost} without an answer`) : 'none without an answer',
  ];
  return [
    '',
    ...Object.entries(again).map(
      ([address, ms]) => `${address} answered again after ${(ms / 1000).toFixed(1)} s`,
    ),
    parts.join(' · '),
  ];
}
