import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type LoadResult, runDnsperf } from './load/dnsperf.ts';
import { randomNumbers } from './load/zipf.ts';
import { residentBytes } from './measure/proc.ts';
import { pointsmanInSmallHeap } from './peers/pointsman.ts';
import { type Bed, withBed } from './running/bed.ts';
import { extendPath } from './running/programs.ts';
import { ask } from './running/question.ts';
import { judgeFlatness, type Sample } from './soak/flatness.ts';
import { sendMalformed } from './soak/malformed.ts';
import { SOAK_CACHE_BYTES, SOAK_SUFFIXES, soakNames } from './soak/mix.ts';

/** `node bench/soak.ts`: the forwarder under mixed load, and whether its memory stays flat. */

const help = `Usage: node bench/soak.ts [--seconds N | --minutes N] [--seed N]

Sends cached, missed and non-existent names over UDP and TCP and malformed packets to the forwarder for 30 seconds (or as long
as told), and samples its memory. Exit code 1 where memory is not flat (bench/soak/flatness.ts says what that is), where it
answers with anything but NOERROR and NXDOMAIN, leaves queries unanswered, or no longer runs.`;

const UDP_RATE = 8000;
const TCP_RATE = 1500;
const MALFORMED_RATE = 500;
const MIB = 2 ** 20;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const seconds = Number(values.seconds ?? Number(values.minutes ?? 0.5) * 60);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
  if (!(seconds >= 5 && seconds <= 86_400) || !Number.isInteger(seed)) {
    console.error('--seconds is from 5 to 86400 (a day), --minutes likewise, --seed a whole number.');
    return 2;
  }
  extendPath();
  console.log(`Soaking for ${seconds} s; the malformed packets come from --seed ${seed}`);
  const problems = await withBed({ echo: false }, (bed) => soak(bed, seconds, seed));
  for (const problem of problems) console.log(`NOT fine: ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

async function soak(bed: Bed, seconds: number, seed: number): Promise<string[]> {
  const server = await bed.start(pointsmanInSmallHeap, {
    suffixes: SOAK_SUFFIXES,
    cacheBytes: SOAK_CACHE_BYTES,
  });
  const names = soakNames();
  const file = await bed.writeQueries('soak', names);
  const options = { cpu: bed.pinning?.load, latencies: false };
  const malformed = sendMalformed(server, names[0]!, MALFORMED_RATE, randomNumbers(seed));
  const loads = Promise.all([
    runDnsperf(server, { file, seconds, rate: UDP_RATE }, options),
    runDnsperf(server, { file, seconds, rate: TCP_RATE, transport: 'tcp' }, options),
  ]);

  const samples: Sample[] = [];
  const over = loads.then(() => true);
  // About a thousand samples, however long the soak.
  const interval = Math.max(100, seconds);
  const began = performance.now();
  while (!(await Promise.race([over, pause(interval, false)]))) {
    samples.push({
      seconds: (performance.now() - began) / 1000,
      residentBytes: await residentBytes(server.pid),
    });
  }
  malformed.stop();
  const [udp, tcp] = await loads;
  const alive = await ask(server, names[0]!, 500, AbortSignal.timeout(3000));

  const { flat, grownBytes, allowedBytes, medianBytes } = judgeFlatness(samples);
  console.log(`UDP: ${served(udp)}\nTCP: ${served(tcp)}\nmalformed: ${malformed.sent()} packets`);
  console.log(
    `memory: ${(medianBytes / MIB).toFixed(1)} MiB; grown in the second half by ${(grownBytes / MIB).toFixed(2)} MiB, allowed ${(allowedBytes / MIB).toFixed(1)}`,
  );
  return [
    ...(flat ? [] : ['memory grows']),
    ...loadProblems('UDP', udp),
    ...loadProblems('TCP', tcp),
    ...(alive?.rcode === 0 ? [] : ['no answer after the load']),
  ];
}

function served({ completed, sent, queriesPerSecond, rcodes }: LoadResult): string {
  const codes = Object.entries(rcodes).map(([code, count]) => `${code} ${count}`);
  return `${completed} of ${sent} answered, ${Math.round(queriesPerSecond)} a second (${codes.join(', ')})`;
}

function loadProblems(transport: string, { sent, lost, rcodes }: LoadResult): string[] {
  const odd = Object.keys(rcodes).filter((code) => code !== 'NOERROR' && code !== 'NXDOMAIN');
  return [
    ...odd.map((code) => `${transport}: ${rcodes[code]} × ${code}`),
    ...(lost > sent / 1000 ? [`${transport}: ${lost} of ${sent} queries unanswered`] : []),
  ];
}

process.exitCode = await main();
