import type { DrillReport } from '@pointsman/lab';
import { percentile } from '../measure/statistics.ts';

/** One machine that was killed, and what came of it. */
export type Kill = {
  member: string;
  /** Until its address answered everybody again; undefined: it did not. */
  recovered_ms: number | undefined;
  /** Of the instance that came in its place: from its launch until it ran, where both were seen. */
  boot_ms: number | undefined;
  load: DrillReport['load'];
  events: DrillReport['events'];
};

export type HealRun = {
  kind: 'warm' | 'cold';
  kills: number;
  /** Addresses that did not answer again. */
  unhealed: number;
  recovered_ms: Percentiles;
  boot_ms: Percentiles | undefined;
  /** Recoveries without the boots that were a part of them. */
  beyondBoot_ms: Percentiles | undefined;
  load: DrillReport['load'];
  /** The slowest one, step by step. */
  slowest: Kill;
};

export type Percentiles = { p50: number; p95: number; max: number };

/** From a launch until the instance runs, of the first instance of which a drill's events tell both. */
export function bootOf(events: DrillReport['events']): number | undefined {
  for (const { at_ms: from, what } of events) {
    const [, id] = /^\S+ launches (\S+)$/.exec(what) ?? [];
    const runs = id === undefined ? undefined : events.find((each) => each.what === `${id} runs`);
    if (runs) return runs.at_ms - from;
  }
  return undefined;
}

export function summarize(kind: HealRun['kind'], kills: readonly Kill[]): HealRun {
  const slowness = ({ recovered_ms: ms = Number.POSITIVE_INFINITY }: Kill) => ms;
  const healed = kills.flatMap(({ recovered_ms: ms }) => ms ?? []);
  const boots = kills.flatMap(({ boot_ms }) => boot_ms ?? []);
  const beyond = kills.flatMap(({ recovered_ms: ms, boot_ms: boot }) =>
    ms === undefined || boot === undefined ? [] : ms - boot,
  );
  return {
    kind,
    kills: kills.length,
    unhealed: kills.length - healed.length,
    recovered_ms: percentilesOf(healed),
    boot_ms: kind === 'cold' && boots.length > 0 ? percentilesOf(boots) : undefined,
    beyondBoot_ms: kind === 'cold' && beyond.length > 0 ? percentilesOf(beyond) : undefined,
    load: kills.map(({ load }) => load).reduce(addLoads),
    slowest: kills.reduce((most, each) => (slowness(each) > slowness(most) ? each : most)),
  };
}

function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  return { p50: percentile(sorted, 0.5), p95: percentile(sorted, 0.95), max: percentile(sorted, 1) };
}

function addLoads(one: Kill['load'], other: Kill['load']): Kill['load'] {
  return {
    asked: one.asked + other.asked,
    answered: one.answered + other.answered,
    late: one.late + other.late,
    lost: one.lost + other.lost,
    slowest_ms: Math.max(one.slowest_ms, other.slowest_ms),
  };
}

/** For people. */
export function reportText(run: HealRun): string {
  const { kind, kills, unhealed, load, slowest } = run;
  const title = kind === 'warm' ? 'with a spare in each availability zone' : 'without spares';
  const lines = [
    `${kills} kills ${title}${unhealed === 0 ? '' : `, ${unhealed} of them NOT healed`}`,
    row('answers again', run.recovered_ms),
    ...(run.boot_ms ? [row('boot of an instance', run.boot_ms)] : []),
    ...(run.beyondBoot_ms ? [row('beyond that boot', run.beyondBoot_ms)] : []),
    `  ${load.asked} questions: ${load.late} late, by ${seconds(load.slowest_ms)} at most; ${load.lost} without an answer`,
    `  the slowest, ${slowest.member}:`,
    ...slowest.events.map(({ at_ms, what }) => `    +${seconds(at_ms)}  ${what}`),
  ];
  return `${lines.join('\n')}\n`;
}

function row(what: string, { p50, p95, max }: Percentiles): string {
  return `  ${what.padEnd(20)} p50 ${seconds(p50)}  p95 ${seconds(p95)}  max ${seconds(max)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1).padStart(5)} s`;
}
