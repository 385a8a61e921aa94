import { setTimeout as wait } from 'node:timers/promises';
import type { Notice } from '../control/messages.ts';
import { watchAnswering } from './answering.ts';
import { type Fault, formatFaults } from './fault.ts';
import { type LoadClient, type LoadCounts, type LoadNews, startLoad } from './load.ts';
import { type ProbingClient, startProbes } from './probes.ts';

/** What came of a drill. Other programs build on these names. */
export type DrillReport = {
  drill: string;
  /** ISO 8601: when it was broken. All times are milliseconds from then. */
  startedAt: string;
  events: readonly DrillEvent[];
  /** The addresses that fell silent, and when they answered again. */
  answeredAgain_ms: Readonly<Record<string, number>>;
  load: LoadCounts;
};

export type DrillEvent = { at_ms: number; what: string };

/** The lab, as a drill needs it. */
export type DrilledLab = {
  clients: readonly (LoadClient & ProbingClient)[];
  /** What the drill is of. */
  break: () => Promise<void>;
  heal: () => Promise<void>;
  watch: (see: (notice: Notice) => void) => void;
};

export type DrillOptions = {
  faults: readonly Fault[];
  /** Milliseconds until what was broken is healed; without `heal` nobody does. */
  lasts: number;
  heal: boolean;
  /** Heals at once, and ends. */
  signal: AbortSignal;
  tell: (event: DrillEvent) => void;
};

/** Milliseconds of load before anything is broken, and that answers may take to come again after it was healed. */
const BASELINE = 1000;
const PATIENCE = 60_000;
const LOOK_INTERVAL = 50;

/** Resolves when all has been healed and every address answers again, or it has been waited long enough; `silent` are those that do not answer then. */
export async function runDrill(
  lab: DrilledLab,
  { faults, lasts, heal, signal, tell }: DrillOptions,
): Promise<DrillReport & { silent: string[] }> {
  const timeline = makeTimeline(tell);
  const answering = watchAnswering();
  const see = (address: string, observer: string, answers: boolean) => {
    if (!timeline.isRunning()) return;
    const news = answering.see(address, observer, answers, timeline.at());
    if (news) timeline.say(answers ? `${address} answers again` : `${address} is silent to ${observer}`);
  };
  lab.watch(({ what, about }) => {
    timeline.say(what);
    if (about) see(about.address, about.observer, about.answers);
  });
  const load = startLoad(lab.clients, {
    random: Math.random,
    now: () => performance.now(),
    tell: firstTrouble(timeline.say),
  });
  const stopProbes = startProbes(lab.clients, see);
  const drill = formatFaults(faults);
  try {
    await pause(BASELINE, signal);
    const startedAt = timeline.start();
    timeline.say(drill);
    await lab.break();
    await pause(lasts, signal);
    if (heal) {
      timeline.say(`healing: ${drill}`);
      await lab.heal();
      await untilAnswering(answering.silent, signal);
    }
    await load.stop();
    const again = answering.answeredAgain();
    const { events } = timeline;
    return {
      drill,
      startedAt,
      events,
      answeredAgain_ms: again,
      load: load.counts(),
      silent: answering.silent(),
    };
  } finally {
    stopProbes();
    await load.stop();
  }
}

type Timeline = {
  events: readonly DrillEvent[];
  /** The moment from which all times count, in words. */
  start: () => string;
  isRunning: () => boolean;
  /** Milliseconds. */
  at: () => number;
  /** Writes it down and tells it; what comes before the start is no news. */
  say: (what: string) => void;
};

function makeTimeline(tell: DrillOptions['tell']): Timeline {
  const events: DrillEvent[] = [];
  let started: number | undefined;
  const at = () => Math.round(performance.now() - started!);
  return {
    events,
    at,
    isRunning: () => started !== undefined,
    start: () => {
      started = performance.now();
      return new Date().toISOString();
    },
    say: (what) => {
      if (started === undefined) return;
      const event = { at_ms: at(), what };
      events.push(event);
      tell(event);
    },
  };
}

/** Tells of each network when its first question is late, and when its first one is lost. */
function firstTrouble(say: (what: string) => void): (news: LoadNews) => void {
  const told = new Set<string>();
  return ({ network, outcome, ms }) => {
    const what = `${network} ${outcome}`;
    if (outcome === 'answered' || told.has(what)) return;
    told.add(what);
    const seconds = (ms / 1000).toFixed(1);
    say(
      outcome === 'late'
        ? `${network}: the first late answer, after ${seconds} s`
        : `${network}: the first question without an answer, given up after ${seconds} s`,
    );
  };
}

async function untilAnswering(silent: () => readonly string[], signal: AbortSignal): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (silent().length > 0 && performance.now() < end && !signal.aborted)
    await pause(LOOK_INTERVAL, signal);
}

/** Until the time is over or the signal comes. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => {});
}
