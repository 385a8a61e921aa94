import { setTimeout as wait } from 'node:timers/promises';
import type { Notice } from '../control/messages.ts';
import { watchAnswering } from './answering.ts';
import { type Fault, formatFault } from './fault.ts';
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
  break: (fault: Fault) => Promise<void>;
  heal: () => Promise<void>;
  watch: (see: (notice: Notice) => void) => void;
};

export type DrillOptions = {
  fault: Fault;
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

export async function runDrill(
  lab: DrilledLab,
  options: DrillOptions,
): Promise<DrillReport & { silent: string[] }> {
  const { fault, lasts, signal } = options;
  const events: DrillEvent[] = [];
  const answering = watchAnswering();
  let started: number | undefined;
  const at = () => Math.round(performance.now() - started!);
  const say = (what: string) => {
    if (started === undefined) return;
    events.push({ at_ms: at(), what });
    options.tell(events.at(-1)!);
  };
  const see = (address: string, observer: string, answers: boolean) => {
    if (started === undefined) return;
    const news = answering.see(address, observer, answers, at());
    if (news) say(news.answers ? `${address} answers again` : `${address} is silent, says ${observer}`);
  };
  lab.watch(({ what, about }) => {
    say(what);
    if (about) see(about.address, about.observer, about.answers);
  });
  const load = startLoad(lab.clients, {
    random: Math.random,
    now: () => performance.now(),
    tell: firstTrouble(say),
  });
  const stopProbes = startProbes(lab.clients, see);
  try {
    await pause(BASELINE, signal);
    await lab.break(fault);
    const startedAt = new Date().toISOString();
    started = performance.now();
    say(`${formatFault(fault)}: done`);
    await pause(lasts, signal);
    if (options.heal) {
      await lab.heal();
      say(`${formatFault(fault)}: healed`);
      await untilAnswering(answering.silent, signal);
    }
    await load.stop();
    const counts = load.counts();
    const again = answering.answeredAgain();
    const drill = formatFault(fault);
    return { drill, startedAt, events, answeredAgain_ms: again, load: counts, silent: answering.silent() };
  } finally {
    stopProbes();
    await load.stop();
  }
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
