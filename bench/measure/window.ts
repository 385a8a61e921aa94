import { type Load, type LoadResult, loadFailure, runDnsperf } from '../load/dnsperf.ts';
import type { Bed } from '../running/bed.ts';
import { ask } from '../running/question.ts';
import type { RunningServer } from '../running/server.ts';
import type { Phases } from '../subjects/subject.ts';
import { busyTime, familyCpuTime, familyResidentBytes } from './proc.ts';
import { percentile } from './statistics.ts';

/** One measurement of one server at one subject. */
export type Window = {
  answered: number;
  queriesPerSecond: number;
  /** The server's own CPU time in microseconds for each answered query, all its threads together. */
  userMicroseconds: number;
  systemMicroseconds: number;
  /** The upstream's: near zero where all is cached. */
  upstreamMicroseconds: number;
  /** At `latencyRate` queries a second, in milliseconds. */
  latency: { p50: number; p99: number; p999: number };
  latencyRate: number;
  residentBytes: number;
  /** The share of the server's CPU that something else used meanwhile; undefined where it has no CPU of its own. */
  disturbed: number | undefined;
};

export type Measured = { ok: true; window: Window } | { ok: false; failure: string };

/** Runs the phases of a subject against a server that was just started. Any phase that is not served well is a failure. */
export async function measure(
  bed: Bed,
  server: RunningServer,
  phases: Phases,
  sample: { names: readonly string[]; records: boolean },
): Promise<Measured> {
  const options = { cpu: bed.pinning?.load, latencies: false };
  for (const load of phases.warm) {
    const failure = loadFailure(await runDnsperf(server, load, options));
    if (failure) return { ok: false, failure: `while warming up: ${failure}` };
  }

  const before = await readMeters(bed, server);
  const result = await runDnsperf(server, phases.measure, options);
  const after = await readMeters(bed, server);
  const bytes = await familyResidentBytes(server.pid);

  const latency = await runDnsperf(server, phases.latency, { ...options, latencies: true });
  const failure = loadFailure(result) ?? failureOfLatency(latency, phases.latency);
  if (failure) return { ok: false, failure };
  const wrong = sample.records ? await wrongAnswer(server, sample.names) : undefined;
  if (wrong) return { ok: false, failure: wrong };

  const spent = (meter: 'user' | 'system' | 'upstream') => (after[meter] - before[meter]) / result.completed;
  return {
    ok: true,
    window: {
      answered: result.completed,
      queriesPerSecond: result.queriesPerSecond,
      userMicroseconds: spent('user'),
      systemMicroseconds: spent('system'),
      upstreamMicroseconds: spent('upstream'),
      latency: {
        p50: percentile(latency.latencies, 0.5),
        p99: percentile(latency.latencies, 0.99),
        p999: percentile(latency.latencies, 0.999),
      },
      latencyRate: phases.latency.rate!,
      residentBytes: bytes,
      disturbed: disturbance(before, after),
    },
  };
}

/** All in microseconds; the busy time is that of the server's CPU. */
type Meters = { user: number; system: number; upstream: number; busy: number | undefined; now: number };

async function readMeters(bed: Bed, server: RunningServer): Promise<Meters> {
  const own = await familyCpuTime(server.pid);
  const upstream = await familyCpuTime(bed.upstream.pid);
  const busy = bed.pinning && (await busyTime(bed.pinning.server));
  return { ...own, upstream: upstream.user + upstream.system, busy, now: performance.now() * 1000 };
}

function disturbance(before: Meters, after: Meters): number | undefined {
  if (before.busy === undefined || after.busy === undefined) return undefined;
  const own = after.user + after.system - before.user - before.system;
  return Math.max(0, after.busy - before.busy - own) / (after.now - before.now);
}

/** A server that does not keep up with the rate has queues instead of latencies. */
function failureOfLatency(result: LoadResult, load: Load): string | undefined {
  return (
    loadFailure(result) ??
    (result.queriesPerSecond < 0.9 * load.rate!
      ? `only ${Math.round(result.queriesPerSecond)} of ${load.rate} queries a second`
      : undefined)
  );
}

/** dnsperf counts RCODEs alone: a few answers are looked at for their records too. */
async function wrongAnswer(server: RunningServer, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const answer = await ask(server, name, 500, AbortSignal.timeout(2000));
    if (answer?.rcode !== 0 || answer.answers !== 1)
      return `wrong answer for ${name}: ${JSON.stringify(answer)}`;
  }
  return undefined;
}
