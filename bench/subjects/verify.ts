import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { planTopology } from '@pointsman/core/plan';
import { parseTopology, type Topology, topologyFromValue } from '@pointsman/core/topology';
import { buildModel, impactsOf, walk, zoneNames } from '@pointsman/core/verify';
import { median } from '../measure/statistics.ts';
import { companyOf } from './verify-topology.ts';

/** What it costs to prove a topology: every network by every zone, and every single failure. */
export type Verification = {
  topology: string;
  networks: number;
  zones: number;
  tiers: number;
  /** Pairs of a network and a zone, and single failures: each of them is decided for every pair. */
  pairs: number;
  failures: number;
  /** Milliseconds from the plan to the last impact. */
  milliseconds: number;
  /** User and system time of the same. */
  cpuMilliseconds: number;
  /** Of the whole process, which has also read and planned the topology. */
  peakBytes: number;
};

const SIZES = [10, 100, 1000];
const ACME = join(import.meta.dirname, '../../examples/acme/hybrid.yaml');

/** Each in a process of its own, so that its memory is its own. */
export async function measureVerification(
  rounds: number,
  progress: (line: string) => void,
): Promise<Verification[]> {
  const rows: Verification[] = [];
  for (const what of ['acme', ...SIZES.map(String)]) {
    const runs: Verification[] = [];
    for (let round = 0; round < rounds; round++) runs.push(await measureAlone(what));
    const of = (key: 'milliseconds' | 'cpuMilliseconds' | 'peakBytes') => median(runs.map((run) => run[key]));
    const row = {
      ...runs[0]!,
      milliseconds: of('milliseconds'),
      cpuMilliseconds: of('cpuMilliseconds'),
      peakBytes: of('peakBytes'),
    };
    progress(`verify  ${row.topology}: ${row.milliseconds.toFixed(0)} ms`);
    rows.push(row);
  }
  return rows;
}

async function measureAlone(what: string): Promise<Verification> {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, what]);
  return JSON.parse(stdout) as Verification;
}

function read(what: string): Topology {
  const result =
    what === 'acme'
      ? parseTopology({ path: ACME, text: readFileSync(ACME, 'utf8'), format: 'yaml' }, (path) =>
          readFileSync(join(dirname(ACME), path), 'utf8'),
        )
      : topologyFromValue(companyOf(Number(what)), 'company.ts', () => undefined);
  if (!result.ok) throw new Error(JSON.stringify(result.problems.slice(0, 3)));
  return result.topology;
}

function verify(what: string): Verification {
  const topology = read(what);
  const plan = planTopology(topology);
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  const walked = walk(buildModel(topology, plan));
  const impacts = impactsOf(walked);
  const milliseconds = performance.now() - started;
  const cpu = process.cpuUsage(cpuBefore);
  if (impacts.length === 0) throw new Error('no failure has an impact: that cannot be');
  const zones = zoneNames(walked).length;
  return {
    topology: what === 'acme' ? 'examples/acme' : `${what} networks`,
    networks: topology.networks.length,
    zones,
    tiers: topology.forwarders.length,
    pairs: topology.networks.length * zones,
    failures: walked.failures.length,
    milliseconds,
    cpuMilliseconds: (cpu.user + cpu.system) / 1000,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

if (import.meta.main) console.log(JSON.stringify(verify(process.argv[2]!)));
