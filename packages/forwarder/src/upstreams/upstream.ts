/**
 * What a worker knows of an upstream: how fast it answers, whether it answers at all. Pure state and rules; sockets are elsewhere.
 * Times in milliseconds on the worker's clock.
 */
import { MAX_PROBES, type UpstreamAddress } from '../rules/rule-set.ts';

export type UpstreamState = 'unknown' | 'up' | 'down';

export type Upstream = {
  /** The worker's number for it; stays through reloads. */
  index: number;
  address: UpstreamAddress;
  state: UpstreamState;
  /** Smoothed round-trip time and its variation, as for TCP (RFC 6298); undefined until measured. */
  rtt: number | undefined;
  rttVariation: number;
  /** Probes in a row that it did not answer in time. What clients ask does not count here: it may be one zone that is dead. */
  failures: number;
  /** A client's query was not answered in time, and nothing since: probes are due. */
  suspected: boolean;
  /** When the first query was sent that it has not answered since; undefined where it owes nothing. */
  silentSince: number | undefined;
  /** Until then it is asked without EDNS, which it has shown not to know (RFC 6891 §7); 0: with EDNS. */
  plainUntil: number;
  nextProbe: number;
  latestProbe: number;
  /** Probes so far: each asks the next of the upstream's questions. */
  probeTurn: number;
  /** While it is down, a client's query may try it from this time on. */
  nextTrial: number;
  probeInterval: number;
  /** Why it is down, for people. */
  reason: string;
  /** Questions of this worker that wait for its packet budget. */
  held: number;
  counters: { sent: number; answered: number; timeouts: number; errors: number; heldBack: number };
};

const INITIAL_TIMEOUT = 400;
const MIN_TIMEOUT = 40;
const MAX_TIMEOUT = 800;
/** Down takes both: each probe unanswered in a row, over this long. Less is loss, or a zone that is dead behind an upstream that lives. */
const DOWN_FAILURES = MAX_PROBES;
const DOWN_SILENCE = 600;
const PROBE_MIN = 200;
const PROBE_MAX = 1500;
/** Timeouts of clients' queries bring forward a probe, but not more often than this. */
const SUSPECT_PROBE = 500;
/** Queries of clients that try an upstream which is down are this far apart. */
const TRIAL_MS = 100;
/** One that is up but has nothing to do is asked this often, so that its measured time stays true. */
const IDLE_PROBE = 10_000;
/** A server without EDNS may be replaced, or may only have been broken for a while. */
const PLAIN_MS = 15 * 60_000;

export function createUpstream(index: number, address: UpstreamAddress, now: number): Upstream {
  return {
    index,
    address,
    state: 'unknown',
    rtt: undefined,
    rttVariation: 0,
    failures: 0,
    suspected: false,
    silentSince: undefined,
    plainUntil: 0,
    nextProbe: now,
    latestProbe: Number.NEGATIVE_INFINITY,
    probeTurn: 0,
    nextTrial: now,
    probeInterval: PROBE_MIN,
    reason: '',
    held: 0,
    counters: { sent: 0, answered: 0, timeouts: 0, errors: 0, heldBack: 0 },
  };
}

/** How long to wait for an answer before another upstream is asked. `failures`: of the question's zone, in a row. */
export function timeoutOf(upstream: Upstream, failures: number): number {
  if (upstream.rtt === undefined) return INITIAL_TIMEOUT;
  const measured = upstream.rtt + 4 * upstream.rttVariation;
  return Math.min(Math.max(measured, MIN_TIMEOUT) * 2 ** Math.min(failures, 4), MAX_TIMEOUT);
}

/** For comparing upstreams: its time, more for each failure. `failures`: of the question's zone, in a row. */
export function expectedTime(upstream: Upstream, failures: number): number {
  return (
    ((upstream.rtt ?? INITIAL_TIMEOUT / 4) + 1) * 2 ** Math.min(Math.max(failures, upstream.failures), 8)
  );
}

export function noteSent(upstream: Upstream, now: number): void {
  upstream.counters.sent++;
  upstream.silentSince ??= now;
}

/** Any answer, however late or bad, shows that it lives. `rtt` undefined: it says nothing about the time (TCP, or a second try). */
export function noteAnswered(upstream: Upstream, now: number, rtt: number | undefined): void {
  upstream.counters.answered++;
  upstream.failures = 0;
  upstream.suspected = false;
  upstream.silentSince = undefined;
  upstream.nextProbe = now + IDLE_PROBE;
  upstream.probeInterval = PROBE_MIN;
  if (upstream.state !== 'up') {
    // Who comes back may be another server.
    upstream.plainUntil = 0;
    upstream.state = 'up';
    upstream.reason = '';
  }
  if (rtt === undefined) return;
  if (upstream.rtt === undefined) {
    upstream.rtt = rtt;
    upstream.rttVariation = rtt / 2;
  } else {
    upstream.rttVariation += (Math.abs(upstream.rtt - rtt) - upstream.rttVariation) / 4;
    upstream.rtt += (rtt - upstream.rtt) / 8;
  }
}

export function takesEdns(upstream: Upstream, now: number): boolean {
  return now >= upstream.plainUntil;
}

/** It has refused EDNS, and answered the same question without. */
export function noteWithoutEdns(upstream: Upstream, now: number): void {
  upstream.plainUntil = now + PLAIN_MS;
}

/** A client's query was not answered in time: whether it is the upstream or one zone behind it, a probe will tell. */
export function noteTimeout(upstream: Upstream, now: number): void {
  upstream.counters.timeouts++;
  if (upstream.suspected || upstream.state === 'down') return;
  upstream.suspected = true;
  upstream.nextProbe = Math.min(upstream.nextProbe, Math.max(now, upstream.latestProbe + SUSPECT_PROBE));
}

/** A probe was not answered in time. */
export function noteProbeTimeout(upstream: Upstream, now: number): void {
  upstream.counters.timeouts++;
  upstream.failures++;
  upstream.nextProbe = Math.min(upstream.nextProbe, now + upstream.probeInterval);
  const silence = now - (upstream.silentSince ?? now);
  if (upstream.failures >= DOWN_FAILURES && silence >= DOWN_SILENCE) fall(upstream, now, 'no answer');
}

/** The network or the server's host said that nobody is there. */
export function noteUnreachable(upstream: Upstream, now: number, code: string): void {
  upstream.counters.errors++;
  upstream.failures++;
  fall(upstream, now, code === 'ECONNREFUSED' ? 'connection refused' : code);
}

function fall(upstream: Upstream, now: number, reason: string): void {
  upstream.reason = reason;
  if (upstream.state === 'down') return;
  upstream.state = 'down';
  upstream.probeInterval = PROBE_MIN;
  upstream.nextProbe = now + PROBE_MIN;
}

/** True where a health probe is due; sets the next one. Probes of a silent upstream back off, to a bound. */
export function takeProbe(upstream: Upstream, now: number): boolean {
  if (now < upstream.nextProbe) return false;
  upstream.latestProbe = now;
  upstream.probeTurn++;
  const sound = upstream.state === 'up' && upstream.failures === 0 && !upstream.suspected;
  if (sound) upstream.nextProbe = now + IDLE_PROBE;
  else {
    upstream.nextProbe = now + upstream.probeInterval;
    upstream.probeInterval = Math.min(upstream.probeInterval * 1.5, PROBE_MAX);
  }
  return true;
}

/** True where a client's query may try an upstream that is down; sets when the next one may. */
export function takeTrial(upstream: Upstream, now: number): boolean {
  if (now < upstream.nextTrial) return false;
  upstream.nextTrial = now + TRIAL_MS;
  return true;
}
