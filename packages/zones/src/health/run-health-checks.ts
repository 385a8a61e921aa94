import type { HealthCheck } from '../store/model.ts';
import type { Store } from '../store/store.ts';
import {
  afterResult,
  DEFAULT_INTERVAL_SECONDS,
  type EndpointState,
  isCheckHealthy,
  type Look,
  UNKNOWN,
} from './health-state.ts';
import { type Probe, probeEndpoint } from './probe.ts';

/** Runs the health checks of a store: each at its interval, with jitter, a bounded number of them at a time. */
export type HealthRunner = {
  /** True, too, for one that is not known. */
  isHealthy(id: string): boolean;
  /** The latest look at the endpoint of a check; undefined before the first and for a calculated check. */
  status(id: string): HealthReport | undefined;
  /** The latest look that failed. */
  lastFailure(id: string): HealthReport | undefined;
  metrics(): HealthMetrics;
  stop(): void;
};
/** `status` begins with `Success: ` or `Failure: `; `checkedTime` in milliseconds since 1970. */
export type HealthReport = { status: string; checkedTime: number };
export type HealthMetrics = { probes: number; failures: number; underWay: number; waiting: number };

export type HealthOptions = {
  /** Milliseconds since 1970. */
  now: () => number;
  /** From 0 up to, not including, 1. */
  random: () => number;
  /** Calls back after some milliseconds; gives what cancels it. */
  schedule: (act: () => void, milliseconds: number) => () => void;
  probe: Probe;
};

export const SYSTEM_HEALTH_OPTIONS: HealthOptions = {
  now: Date.now,
  random: Math.random,
  schedule: (act, milliseconds) => {
    const timer = setTimeout(act, milliseconds).unref();
    return () => clearTimeout(timer);
  },
  probe: (config) => probeEndpoint(config),
};

/** Probes under way at a time; more wait, the longest waiting first. A slow endpoint holds one of them for six seconds at most, or ten of TCP. */
const MOST_UNDER_WAY = 64;
/** Each wait is the interval, less up to this part of it: checks that were made together drift apart. */
const JITTER = 0.1;

/** `healthy` is the verdict that answers go by: it is kept, since queries ask for it far more often than it turns. */
type Entry = { check: HealthCheck; state: EndpointState; healthy: boolean; cancel: () => void };
type Runner = {
  options: HealthOptions;
  entries: Map<string, Entry>;
  queue: Entry[];
  counts: { probes: number; failures: number; underWay: number };
};

export function runHealthChecks(store: Store, options: HealthOptions): HealthRunner {
  const counts = { probes: 0, failures: 0, underWay: 0 };
  const runner: Runner = { options, entries: new Map(), queue: [], counts };
  for (const check of store.healthChecks()) put(runner, check);
  const unwatch = store.watch(({ mutations }) => {
    for (const mutation of mutations) {
      if (mutation.kind === 'health-check') put(runner, mutation.healthCheck);
      else if (mutation.kind === 'health-check-gone') remove(runner, mutation.id);
    }
  });
  return {
    isHealthy: (id) => isHealthy(runner, id),
    status: (id) => reportOn(runner.entries.get(id)?.state.last),
    lastFailure: (id) => reportOn(runner.entries.get(id)?.state.lastFailure),
    metrics: () => ({ ...counts, waiting: runner.queue.length }),
    stop: () => {
      unwatch();
      for (const id of [...runner.entries.keys()]) remove(runner, id);
    },
  };
}

function reportOn(look: Look | undefined): HealthReport | undefined {
  if (look === undefined) return undefined;
  const { healthy, reason } = look.result;
  return { status: `${healthy ? 'Success' : 'Failure'}: ${reason}`, checkedTime: look.at };
}

/** A check that was changed begins anew with its schedule, and keeps its state: the new endpoint has to prove the opposite. */
function put(runner: Runner, check: HealthCheck): void {
  const known = runner.entries.get(check.id);
  if (known !== undefined) remove(runner, check.id);
  const state = known?.state ?? UNKNOWN;
  const entry: Entry = { check, state, healthy: known?.healthy ?? true, cancel: () => undefined };
  runner.entries.set(check.id, entry);
  judge(runner, check.id);
  if (check.config.type === 'CALCULATED' || check.config.disabled) return;
  wait(runner, entry, runner.options.random() * intervalOf(check) * JITTER);
}

function remove(runner: Runner, id: string): void {
  const entry = runner.entries.get(id);
  if (entry === undefined) return;
  runner.entries.delete(id);
  entry.cancel();
  runner.queue = runner.queue.filter((each) => each !== entry);
  judge(runner, id);
}

function isHealthy({ entries }: Runner, id: string): boolean {
  return entries.get(id)?.healthy ?? true;
}

/** Makes the verdict on a check anew, and those on the calculated checks that count it; a calculated check is never the child of another. */
function judge(runner: Runner, id: string): void {
  const own = runner.entries.get(id);
  const parents = [...runner.entries.values()].filter(({ check }) =>
    check.config.childHealthChecks?.includes(id),
  );
  for (const entry of own ? [own, ...parents] : parents) {
    entry.healthy = isCheckHealthy(entry.check.config, entry.state, (child) => isHealthy(runner, child));
  }
}

/** Milliseconds. */
function intervalOf({ config }: HealthCheck): number {
  return (config.requestInterval ?? DEFAULT_INTERVAL_SECONDS) * 1000;
}

function wait(runner: Runner, entry: Entry, milliseconds: number): void {
  entry.cancel = runner.options.schedule(() => {
    runner.queue.push(entry);
    startWaiting(runner);
  }, milliseconds);
}

function startWaiting(runner: Runner): void {
  while (runner.counts.underWay < MOST_UNDER_WAY && runner.queue.length > 0)
    void look(runner, runner.queue.shift()!);
}

async function look(runner: Runner, entry: Entry): Promise<void> {
  const { counts, options, entries } = runner;
  const { config, id } = entry.check;
  counts.underWay++;
  const result = await options.probe(config);
  counts.underWay--;
  counts.probes++;
  if (!result.healthy) counts.failures++;
  if (entries.get(id) === entry) {
    entry.state = afterResult(entry.state, result, options.now(), config);
    judge(runner, id);
    wait(runner, entry, intervalOf(entry.check) * (1 - options.random() * JITTER));
  }
  startWaiting(runner);
}
