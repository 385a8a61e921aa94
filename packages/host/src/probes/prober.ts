import { randomInt } from 'node:crypto';
import type { ForwarderConfig } from '@pointsman/core/config';
import { decodeHeader, encodeQuery, type Name } from '@pointsman/core/dns';
import { readServer, type Server, sourceFor } from '@pointsman/core/render';
import type { UpstreamStats } from '@pointsman/forwarder';
import { fullEndpoint } from '../engines/dead-rules.ts';
import { openSockets } from './probe-sockets.ts';

/** Asks each upstream of a configuration from time to time whether it answers at all, for engines that keep that to themselves. */
export type Prober = {
  /** In the order of the configuration. What is counted are probes. */
  upstreams: () => UpstreamStats[];
  use: (config: ForwarderConfig) => void;
  stop: () => void;
};

/** Milliseconds. */
const TICK = 50;
const TIMEOUT = 700;
/** Between two probes of one that answers, and of one that does not. */
const INTERVAL = 2000;
const DOWN_INTERVAL = 700;
/** So many in a row that stay without an answer make it down: one may be loss. */
const DOWN_AFTER = 2;
/** So many upstreams are probed in a tick. */
const MOST_IN_A_TICK = 100;

type Probed = UpstreamStats & {
  server: Server;
  question: { name: Name; type: string };
  /** Unanswered in a row. */
  failures: number;
  nextAt: number;
  pending: { id: number; sentAt: number } | undefined;
};

export function startProber(first: ForwarderConfig, sources: readonly string[] | undefined): Prober {
  let upstreams = new Map<string, Probed>();
  let local: Server[] = [];
  const use = (config: ForwarderConfig) => {
    local = sources?.map((address) => ({ address, port: 0 })) ?? config.listen.map(readServer);
    upstreams = new Map(
      questionsOf(config).map(([endpoint, question]) => [
        endpoint,
        { ...(upstreams.get(endpoint) ?? unknownUpstream(endpoint)), question },
      ]),
    );
  };
  const sockets = openSockets((bytes, endpoint) => {
    const upstream = upstreams.get(endpoint);
    const header = decodeHeader(bytes);
    if (upstream?.pending && header?.flags.qr && header.id === upstream.pending.id) answered(upstream);
  });
  const timer = setInterval(() => {
    for (const { upstream, bytes } of dueProbes(upstreams.values())) {
      const { server } = upstream;
      sockets.get(server, sourceFor(server, local)).send(bytes, server.port, server.address, () => {});
    }
  }, TICK);
  timer.unref();
  use(first);
  return {
    upstreams: () => [...upstreams.values()].map(statsOf),
    use,
    stop: () => {
      clearInterval(timer);
      sockets.close();
    },
  };
}

/** Marks what stayed without an answer, and what is to be asked now. */
function dueProbes(upstreams: Iterable<Probed>): { upstream: Probed; bytes: Uint8Array }[] {
  const now = performance.now();
  const due: { upstream: Probed; bytes: Uint8Array }[] = [];
  for (const upstream of upstreams) {
    if (upstream.pending && now - upstream.pending.sentAt > TIMEOUT) missed(upstream);
    if (upstream.pending || now < upstream.nextAt || due.length >= MOST_IN_A_TICK) continue;
    upstream.pending = { id: randomInt(0x10000), sentAt: now };
    upstream.sent++;
    const bytes = encodeQuery({ id: upstream.pending.id, ...upstream.question, edns: false });
    due.push({ upstream, bytes });
  }
  return due;
}

function statsOf(upstream: Probed): UpstreamStats {
  const { endpoint, state, rttMs, reason, sent, answered, timeouts, errors, heldBack } = upstream;
  return { endpoint, state, rttMs, reason, sent, answered, timeouts, errors, heldBack };
}

function answered(upstream: Probed): void {
  const now = performance.now();
  upstream.rttMs = now - upstream.pending!.sentAt;
  upstream.pending = undefined;
  upstream.failures = 0;
  upstream.state = 'up';
  upstream.reason = '';
  upstream.answered++;
  upstream.nextAt = now + INTERVAL;
}

function missed(upstream: Probed): void {
  upstream.pending = undefined;
  upstream.failures++;
  upstream.timeouts++;
  if (upstream.failures >= DOWN_AFTER) {
    upstream.state = 'down';
    upstream.reason = 'no answer to probes';
  }
  upstream.nextAt = performance.now() + (upstream.state === 'down' ? DOWN_INTERVAL - TIMEOUT : 0);
}

function unknownUpstream(endpoint: string): Probed {
  const counts = { sent: 0, answered: 0, timeouts: 0, errors: 0, heldBack: 0 };
  return {
    endpoint,
    server: readServer(endpoint),
    question: { name: '.', type: 'SOA' },
    state: 'unknown',
    rttMs: undefined,
    reason: '',
    ...counts,
    failures: 0,
    nextAt: 0,
    pending: undefined,
  };
}

/** Each upstream once, with the probe of the first rule that names it. */
function questionsOf({ rules, otherwise, views = [] }: ForwarderConfig): [string, Probed['question']][] {
  const questions = new Map<string, Probed['question']>();
  const seen = new Set<readonly string[]>();
  for (const scope of [{ rules, otherwise }, ...views]) {
    const others = scope.otherwise === 'refuse' ? [] : [{ suffix: '.', ...scope.otherwise }];
    for (const { suffix, upstreams, probe } of [...scope.rules, ...others]) {
      if (seen.has(upstreams)) continue;
      seen.add(upstreams);
      for (const upstream of upstreams) {
        const endpoint = fullEndpoint(upstream);
        if (!questions.has(endpoint)) questions.set(endpoint, probe ?? { name: suffix, type: 'SOA' });
      }
    }
  }
  return [...questions];
}
