import type { Load } from '../load/dnsperf.ts';
import { ruleSuffixes } from '../load/names.ts';
import type { Peer } from '../peers/peer.ts';
import { describeMachine, versionOf } from '../report/machine.ts';
import {
  cpuMicroseconds,
  type LoadReport,
  medianWindow,
  type Results,
  type ServerReport,
} from '../report/results.ts';
import { judge } from '../report/verdict.ts';
import type { RunOptions } from '../run-options.ts';
import { type Bed, withBed } from '../running/bed.ts';
import { loadSubjects, MANY_RULES } from '../subjects/index.ts';
import { measureMemory } from '../subjects/memory.ts';
import { measureReload } from '../subjects/reload.ts';
import { measureStartup } from '../subjects/startup.ts';
import { CACHE_BYTES, type LoadSubject } from '../subjects/subject.ts';
import { zipfHitShare } from '../subjects/zipf.ts';
import { nsdVersion } from '../upstream/nsd.ts';
import { measure } from './window.ts';

/** The order of a run: rounds outside, then subjects, then servers, so that whatever drifts drifts for all of them. */

type Progress = (line: string) => void;

const CACHED_ANSWERS = 200_000;

export function measureAll(
  servers: readonly Peer[],
  options: RunOptions,
  progress: Progress,
): Promise<Results> {
  const startedAt = new Date().toISOString();
  const caching = servers.filter(({ role }) => role !== 'floor');
  return withBed({ echo: servers.some(({ role }) => role === 'floor') }, async (bed) => {
    const loads = await measureLoads(bed, servers, options, progress);
    const failures: string[] = [];
    const each = async <Row>(
      subject: string,
      measured: readonly Peer[],
      measureOne: (peer: Peer) => Promise<Row>,
    ): Promise<Row[]> => {
      const rows: Row[] = [];
      for (const peer of options.subjects.includes(subject) ? measured : []) {
        progress(`${subject}  ${peer.name}`);
        try {
          rows.push(await measureOne(peer));
        } catch (error) {
          failures.push(`${subject}, ${peer.name}: ${(error as Error).message}`);
        }
      }
      return rows;
    };
    const startup = await each('startup', caching, (peer) =>
      measureStartup(bed, peer, MANY_RULES, options.rounds),
    );
    const memory = await each('memory', caching, (peer) => measureMemory(bed, peer, CACHED_ANSWERS));
    const reloadable = caching.filter(({ engine }) => engine !== undefined);
    const reload = await each('reload', reloadable, (peer) =>
      measureReload(bed, peer, MANY_RULES, options.rounds),
    );
    return {
      startedAt,
      machine: describeMachine(bed.pinning),
      versions: await versions(servers),
      parameters: {
        rounds: options.rounds,
        seconds: options.seconds,
        zipfHitShare: zipfHitShare(options),
        cacheBytes: CACHE_BYTES,
      },
      loads,
      startup,
      memory,
      reload,
      failures,
      verdict: judge(loads),
    };
  });
}

async function measureLoads(
  bed: Bed,
  servers: readonly Peer[],
  options: RunOptions,
  progress: Progress,
): Promise<LoadReport[]> {
  const subjects = loadSubjects.filter(({ name }) => options.subjects.includes(name));
  const prepared = [];
  for (const subject of subjects) {
    const taking = servers.filter(({ role }) => role !== 'floor' || subject.cachedOnly);
    const report: LoadReport = {
      name: subject.name,
      title: subject.title,
      rules: subject.rules,
      servers: taking.map(({ name, role }) => ({
        server: name,
        role,
        rounds: [],
        failures: [],
        median: undefined,
      })),
    };
    prepared.push({ ...(await prepareSubject(bed, subject, options)), subject, taking, report });
  }

  for (let round = 0; round < options.rounds; round++) {
    for (const { subject, taking, report, phases, sample } of prepared) {
      for (let turn = 0; turn < taking.length; turn++) {
        // Each round begins with another server, so that none always follows the same one.
        const index = (turn + round) % taking.length;
        const server = report.servers[index]!;
        const outcome = await measureOnce(bed, taking[index]!, subject.rules, phases, sample);
        if (outcome.ok) server.rounds.push(outcome.window);
        else server.failures.push(outcome.failure);
        const said = outcome.ok ? `${cpuMicroseconds(outcome.window).toFixed(1)} µs` : outcome.failure;
        progress(`round ${round + 1} of ${options.rounds}  ${subject.name}  ${server.server}: ${said}`);
      }
    }
  }
  for (const { report } of prepared) for (const server of report.servers) server.median = medianOf(server);
  return prepared.map(({ report }) => report);
}

function medianOf({ rounds, failures }: ServerReport): ServerReport['median'] {
  return failures.length > 0 || rounds.length === 0 ? undefined : medianWindow(rounds);
}

async function prepareSubject(bed: Bed, subject: LoadSubject, sizes: { seconds: number }) {
  const names = subject.files(sizes);
  const paths: Record<string, string> = {};
  for (const [file, list] of Object.entries(names)) {
    paths[file] = await bed.writeQueries(`${subject.name}-${file}`, list);
  }
  const placed = (load: Load): Load => ({ ...load, file: paths[load.file]! });
  const { warm, measure: measured, latency } = subject.phases(sizes);
  return {
    phases: { warm: warm.map(placed), measure: placed(measured), latency: placed(latency) },
    sample: Object.values(names).at(-1)!.slice(0, 10),
  };
}

async function measureOnce(
  bed: Bed,
  peer: Peer,
  rules: number,
  phases: ReturnType<LoadSubject['phases']>,
  sample: readonly string[],
): ReturnType<typeof measure> {
  let server: Awaited<ReturnType<Bed['start']>>;
  try {
    server = await bed.start(peer, { suffixes: ruleSuffixes(rules), cacheBytes: CACHE_BYTES });
  } catch (error) {
    return { ok: false, failure: (error as Error).message.split('\n').join(' ') };
  }
  try {
    return await measure(bed, server, phases, { names: sample, records: peer.role !== 'floor' });
  } finally {
    await server.stop();
  }
}

async function versions(servers: readonly Peer[]): Promise<Record<string, string>> {
  const list: Record<string, string> = {
    Node: process.versions.node,
    nsd: await versionOf(nsdVersion),
    dnsperf: await versionOf({ program: 'dnsperf', arguments: ['-h'] }),
  };
  for (const { name, version } of servers) if (version) list[name] = await versionOf(version);
  return list;
}
