import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Authority, Place } from '../authorities/authority.ts';
import { authorities } from '../authorities/index.ts';
import { layOutZones } from '../authorities/lay-out-zones.ts';
import { type Shape, shapes } from '../authorities/shapes.ts';
import { familyCpuTime, familyResidentBytes } from '../measure/proc.ts';
import { median } from '../measure/statistics.ts';
import { measure } from '../measure/window.ts';
import { medianWindow, type ServerReport } from '../report/results.ts';
import { type Bed, withBed } from '../running/bed.ts';
import { isInstalled } from '../running/programs.ts';
import { freeEndpoint, type RunningServer, startServer } from '../running/server.ts';
import { type ChangeDelay, measureChanges } from './zone-changes.ts';

/** Authorities on the same zones: what an answer costs, how long they take to start, and how soon a change by our API is answered. */

export type ZonesReport = { loads: ShapeReport[]; starts: Start[]; changes: ChangeDelay[] };
export type ShapeReport = { name: string; title: string; servers: ServerReport[] };
/** From the start of the process to its first answer, and what it had taken by then; medians. */
export type Start = {
  shape: string;
  server: string;
  milliseconds: number;
  cpuMilliseconds: number;
  residentBytes: number;
};

type Options = { rounds: number; seconds: number };
type Progress = (line: string) => void;

export function measureZones(options: Options, progress: Progress): Promise<ZonesReport> {
  return withBed({ echo: false }, async (bed) => {
    const servers: Authority[] = [];
    for (const authority of authorities)
      if (!authority.package || (await isInstalled(authority.package.command))) servers.push(authority);
    const report: ZonesReport = { loads: [], starts: [], changes: [] };
    for (const shape of shapes) {
      progress(`zones  ${shape.title}: writing them`);
      const zones = await layOutZones(join(bed.directory, shape.name), shape);
      const runs = await runShape(bed, { shape, zones, servers }, options, progress);
      report.loads.push({ name: shape.name, title: shape.title, servers: runs.map(({ server }) => server) });
      report.starts.push(...runs.map(({ start }) => start));
      report.changes.push(...runs.flatMap(({ changes }) => changes));
      await rm(zones, { recursive: true });
    }
    return report;
  });
}

type Work = { shape: Shape; zones: string; servers: readonly Authority[] };
type Run = { server: ServerReport; start: Start; changes: ChangeDelay[] };

async function runShape(
  bed: Bed,
  { shape, zones, servers }: Work,
  { rounds, seconds }: Options,
  progress: Progress,
): Promise<Run[]> {
  const queries = await bed.writeQueries(shape.name, shape.questions(QUERIES));
  const runs: Run[] = [];
  for (const authority of servers) {
    const { name, role } = authority;
    const server: ServerReport = { server: name, role, rounds: [], failures: [], median: undefined };
    const starts: Start[] = [];
    const changes: ChangeDelay[] = [];
    for (let round = 0; round < rounds; round++) {
      const place: Place = {
        listen: await freeEndpoint(),
        api: await freeEndpoint(),
        directory: join(bed.directory, `${shape.name}-${name}-${round}`),
        shape,
        zones,
      };
      const running = await startAuthority(bed, authority, place);
      starts.push(await startOf(running, shape, name));
      const outcome = await measure(bed, running, phasesOf(queries, seconds), {
        names: [shape.probe],
        records: true,
      });
      if (outcome.ok) server.rounds.push(outcome.window);
      else server.failures.push(outcome.failure);
      if (role === 'ours' && round === 0 && shape.name === CHANGED)
        changes.push(...(await measureChanges(bed, running, place, queries)));
      await running.stop();
      progress(
        `zones  ${shape.title}, round ${round + 1}  ${name}: ${outcome.ok ? 'measured' : outcome.failure}`,
      );
    }
    if (server.failures.length === 0) server.median = medianWindow(server.rounds);
    runs.push({ server, start: medianStart(starts), changes });
  }
  return runs;
}

/** Where changes are measured: the largest number of zones. */
const CHANGED = 'many-zones';
const QUERIES = 200_000;
const LATENCY_RATE = 4000;

function phasesOf(file: string, seconds: number) {
  return {
    warm: [{ file, seconds: 2 }],
    measure: { file, seconds },
    latency: { file, seconds, rate: LATENCY_RATE },
  };
}

async function startOf(
  { pid, startMilliseconds }: RunningServer,
  shape: Shape,
  server: string,
): Promise<Start> {
  const { user, system } = await familyCpuTime(pid);
  return {
    shape: shape.title,
    server,
    milliseconds: startMilliseconds,
    cpuMilliseconds: (user + system) / 1000,
    residentBytes: await familyResidentBytes(pid),
  };
}

function medianStart(starts: readonly Start[]): Start {
  const of = (key: 'milliseconds' | 'cpuMilliseconds' | 'residentBytes') =>
    median(starts.map((start) => start[key]));
  return {
    ...starts[0]!,
    milliseconds: of('milliseconds'),
    cpuMilliseconds: of('cpuMilliseconds'),
    residentBytes: of('residentBytes'),
  };
}

function startAuthority(bed: Bed, { name, files, command }: Authority, place: Place): Promise<RunningServer> {
  return startServer({
    name,
    files: files(place),
    directory: place.directory,
    command: command(place),
    endpoint: place.listen,
    cpu: bed.pinning?.server,
    probe: place.shape.probe,
    answersRecords: true,
  });
}
