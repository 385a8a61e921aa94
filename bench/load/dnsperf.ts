import { runToEnd } from '../running/children.ts';
import type { Endpoint } from '../running/question.ts';

/** dnsperf: the load of every measurement, and the only thing that counts answers. */

export type Load = {
  /** dnsperf's input, one `NAME TYPE` a line. */
  file: string;
  /** Go round the file for so long; without it, through the file exactly once. */
  seconds?: number;
  /** Queries a second at most; without it, as fast as answers come back. */
  rate?: number;
  transport?: 'udp' | 'tcp';
};

export type LoadResult = {
  sent: number;
  completed: number;
  lost: number;
  rcodes: Record<string, number>;
  seconds: number;
  queriesPerSecond: number;
  /** Of each answered query in milliseconds, ascending; empty where not asked for. */
  latencies: Float64Array;
};

/**
 * Queries under way at once. More do not fit into the 208 KiB that Linux gives a UDP socket where nobody asks for more:
 * with 200, a few in 100,000 are lost in the kernel, whichever server is measured.
 */
const OUTSTANDING = 100;
const SOCKETS = 4;
const TIMEOUT_SECONDS = 2;

/** Throws where dnsperf itself fails; unanswered and refused queries are in the result. */
export async function runDnsperf(
  server: Endpoint,
  load: Load,
  options: { cpu: number | undefined; latencies: boolean },
): Promise<LoadResult> {
  const args = [
    '-s',
    server.address,
    '-p',
    String(server.port),
    '-d',
    load.file,
    '-m',
    load.transport ?? 'udp',
  ];
  args.push('-q', String(OUTSTANDING), '-c', String(SOCKETS), '-T', '1', '-t', String(TIMEOUT_SECONDS), '-W');
  args.push(...(load.seconds === undefined ? ['-n', '1'] : ['-l', String(load.seconds)]));
  if (load.rate !== undefined) args.push('-Q', String(load.rate));
  if (options.latencies) args.push('-v');
  const { status, stdout, stderr } = await runToEnd({ program: 'dnsperf', arguments: args }, options.cpu);
  if (status !== 0) throw new Error(`dnsperf ended with ${status}: ${(stdout + stderr).trim().slice(-1000)}`);
  return parseDnsperf(stdout);
}

/** Reads dnsperf's report and, of a verbose run, its line for each answer: `> RCODE NAME TYPE SECONDS`. */
export function parseDnsperf(output: string): LoadResult {
  const summary = output.slice(Math.max(0, output.lastIndexOf('\nStatistics:')));
  const number = (label: string) => Number(new RegExp(`${label}:\\s+([0-9.]+)`).exec(summary)?.[1] ?? NaN);
  const rcodes: Record<string, number> = {};
  for (const [, code, count] of (/Response codes:\s+(.*)/.exec(summary)?.[1] ?? '').matchAll(
    /(\S+) ([0-9]+) \([0-9.]+%\)/g,
  )) {
    rcodes[code!] = Number(count);
  }
  const latencies = [...output.matchAll(/^> \S+ \S+ \S+ ([0-9.]+)$/gm)].map((line) => Number(line[1]) * 1000);
  return {
    sent: number('Queries sent'),
    completed: number('Queries completed'),
    lost: number('Queries lost'),
    rcodes,
    seconds: number('Run time \\(s\\)'),
    queriesPerSecond: number('Queries per second'),
    latencies: Float64Array.from(latencies).sort(),
  };
}

/** Why the load does not count as served: lost queries, answers other than NOERROR, or none at all; undefined where it does. */
export function loadFailure(result: LoadResult): string | undefined {
  const others = Object.entries(result.rcodes).filter(([code]) => code !== 'NOERROR');
  if (others.length > 0) return others.map(([code, count]) => `${count} × ${code}`).join(', ');
  if (!(result.completed > 0)) return 'no answers';
  // One in 10,000 may be lost in the kernel's buffers without a fault of the server's.
  if (result.lost > result.sent / 10_000) return `${result.lost} of ${result.sent} queries unanswered`;
  return undefined;
}
