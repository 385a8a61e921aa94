import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ForwarderConfigInput } from '@pointsman/core/config';
import { loadFailure, runDnsperf } from '../load/dnsperf.ts';
import { namesOf, ruleSuffixes } from '../load/names.ts';
import { median } from '../measure/statistics.ts';
import type { Peer } from '../peers/peer.ts';
import { POINTSMAN } from '../peers/pointsman.ts';
import type { Bed } from '../running/bed.ts';
import { ask, type Endpoint } from '../running/question.ts';
import { freeEndpoint, type RunningServer, startServer } from '../running/server.ts';
import { CACHE_BYTES } from './subject.ts';

/** What a reload under load costs: the upstream of one rule is changed, and every other rule stays. */
export type Reload = {
  server: string;
  rules: number;
  /** From the signal until the changed rule holds. */
  secondsUntilInForce: number;
  sent: number;
  /** Unanswered for two seconds. */
  lost: number;
  /** The longest that a client waited, at `RATE` queries a second. */
  longestMilliseconds: number;
};

const RATE = 4000;
const NAMES = 20_000;
/** Of load; the reload begins after the first of them. A reload that takes longer is a failure. */
const LOAD_SECONDS = 30;
const HEAD_START = 1000;
const NXDOMAIN = 3;

/** Both engines behind the same command, told by SIGHUP to read their file again. */
export async function measureReload(bed: Bed, peer: Peer, rules: number, rounds: number): Promise<Reload> {
  const all: Reload[] = [];
  for (let round = 0; round < rounds; round++) all.push(await reloadOnce(bed, peer, rules));
  const of = (figure: (each: Reload) => number) => all.map(figure);
  const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    server: peer.name,
    rules,
    secondsUntilInForce: median(of((each) => each.secondsUntilInForce)),
    sent: sum(of((each) => each.sent)),
    lost: sum(of((each) => each.lost)),
    longestMilliseconds: Math.max(...of((each) => each.longestMilliseconds)),
  };
}

async function reloadOnce(bed: Bed, peer: Peer, rules: number): Promise<Reload> {
  const suffixes = ruleSuffixes(rules);
  const changing = suffixes[0]!;
  const elsewhere = await startElsewhere();
  const directory = join(bed.directory, `reload-${peer.engine}`);
  const file = join(directory, 'forwarder.json');
  const listen = await freeEndpoint();
  const text = (upstream: Endpoint) => JSON.stringify(configOf(listen, bed.upstream, suffixes, upstream));
  await mkdir(directory, { recursive: true });
  await writeFile(file, text(bed.upstream));
  const args = [POINTSMAN, 'serve', file, '--engine', peer.engine!, '--workers', '1', '--json'];
  let server: RunningServer | undefined;
  try {
    server = await startServer({
      name: peer.name,
      files: {},
      directory,
      command: { program: process.execPath, arguments: args, directory },
      endpoint: listen,
      cpu: bed.pinning?.server,
      probe: `probe.${suffixes.at(-1)}`,
      answersRecords: true,
    });
    // Not of the rule that changes: dnsperf counts RCODEs, and what it asks stays as it is.
    const names = namesOf('r', NAMES, rules).filter((name) => !name.endsWith(changing));
    const load = { file: await bed.writeQueries('reload', names) };
    const options = { cpu: bed.pinning?.load, latencies: true };
    const failure = loadFailure(await runDnsperf(server, load, { ...options, latencies: false }));
    if (failure) throw new Error(`while warming up: ${failure}`);
    const running = runDnsperf(server, { ...load, seconds: LOAD_SECONDS, rate: RATE }, options);
    await pause(HEAD_START);
    await writeFile(file, text(elsewhere.endpoint));
    const began = performance.now();
    process.kill(server.pid, 'SIGHUP');
    const inForce = await untilInForce(server, changing, began);
    const { sent, lost, latencies, rcodes } = await running;
    const wrong = Object.keys(rcodes).filter((code) => code !== 'NOERROR');
    if (wrong.length > 0) throw new Error(`answered with ${wrong.join(', ')}`);
    const longestMilliseconds = latencies.at(-1)!;
    return { server: peer.name, rules, secondsUntilInForce: inForce / 1000, sent, lost, longestMilliseconds };
  } finally {
    await server?.stop();
    elsewhere.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Milliseconds; each question is a new name, so that none comes from a cache. */
async function untilInForce(server: Endpoint, suffix: string, began: number): Promise<number> {
  const end = AbortSignal.timeout(LOAD_SECONDS * 1000 - HEAD_START);
  for (let turn = 0; !end.aborted; turn++) {
    const answer = await ask(server, `t${turn}.${suffix}`, 1000, end);
    if (answer?.rcode === NXDOMAIN) return performance.now() - began;
    await pause(5);
  }
  throw new Error(`the changed rule did not hold within ${LOAD_SECONDS} s`);
}

function configOf(
  listen: Endpoint,
  upstream: Endpoint,
  [changing, ...suffixes]: readonly string[],
  changed: Endpoint,
): ForwarderConfigInput {
  const to = ({ address, port }: Endpoint) => [`${address}:${port}`];
  return {
    name: 'bench',
    listen: to(listen),
    clients: ['127.0.0.0/8'],
    rules: [
      { suffix: changing!, upstreams: to(changed) },
      ...suffixes.map((suffix) => ({ suffix, upstreams: to(upstream) })),
    ],
    otherwise: { upstreams: to(upstream) },
    cache: { bytes: CACHE_BYTES },
  };
}

/** An upstream for which no name exists. */
async function startElsewhere(): Promise<{ endpoint: Endpoint; close: () => void }> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    // The query itself, with QR, RA and the RCODE set, and without the OPT record that may stand after the question.
    const end = query.indexOf(0, 12) + 5;
    const response = Buffer.from(query.subarray(0, end));
    response[2]! |= 0x80;
    response[3] = 0x80 | NXDOMAIN;
    response.fill(0, 6, 12);
    socket.send(response, from.port, from.address, () => undefined);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { endpoint: socket.address(), close: () => void socket.close() };
}
