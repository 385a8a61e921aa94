import { median } from '../measure/statistics.ts';
import type { Window } from '../measure/window.ts';
import type { Peer } from '../peers/peer.ts';
import type { Memory } from '../subjects/memory.ts';
import type { Reload } from '../subjects/reload.ts';
import type { Startup } from '../subjects/startup.ts';
import type { Machine } from './machine.ts';

/** What a run leaves in results/: everything that was measured, and the medians that the table and the chart show. */
export type Results = {
  startedAt: string;
  machine: Machine;
  versions: Record<string, string>;
  parameters: { rounds: number; seconds: number; zipfHitShare: number; cacheBytes: number };
  loads: LoadReport[];
  startup: Startup[];
  memory: Memory[];
  reload: Reload[];
  /** Servers that could not be measured for start-up, memory or reload, and why. */
  failures: string[];
  verdict: { goal: string; figure: string; reached: boolean }[];
};

export type LoadReport = { name: string; title: string; rules: number; servers: ServerReport[] };

export type ServerReport = {
  server: string;
  role: Peer['role'];
  rounds: Window[];
  failures: string[];
  /** Of each figure by itself, over the rounds; undefined where any round failed: what fails is not fast. */
  median: Window | undefined;
};

export function medianWindow(rounds: readonly Window[]): Window {
  const of = (figure: (window: Window) => number) => median(rounds.map(figure));
  return {
    answered: of((window) => window.answered),
    queriesPerSecond: of((window) => window.queriesPerSecond),
    userMicroseconds: of((window) => window.userMicroseconds),
    systemMicroseconds: of((window) => window.systemMicroseconds),
    upstreamMicroseconds: of((window) => window.upstreamMicroseconds),
    latency: {
      p50: of((window) => window.latency.p50),
      p99: of((window) => window.latency.p99),
      p999: of((window) => window.latency.p999),
    },
    latencyRate: of((window) => window.latencyRate),
    residentBytes: of((window) => window.residentBytes),
    disturbed: of((window) => window.disturbed ?? 0),
  };
}

/** CPU microseconds a query, user and system together. */
export function cpuMicroseconds(window: Window): number {
  return window.userMicroseconds + window.systemMicroseconds;
}

/** The servers that served, the least CPU a query first; then those that failed. */
export function byCpu(load: Pick<LoadReport, 'servers'>): ServerReport[] {
  const cost = ({ median: window }: ServerReport) => (window ? cpuMicroseconds(window) : Infinity);
  return [...load.servers].sort((a, b) => cost(a) - cost(b));
}
