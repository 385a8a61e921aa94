/** Health probes: every upstream is asked at the start, then when it has been idle, and again and again while it is silent. */
import { HEADER_SIZE, put16, RD, skipName, u16 } from '../packet/wire.ts';
import type { Probe } from '../rules/rule-set.ts';
import { type Exchange, NO_KEY } from './exchange.ts';
import { noteAnswered, noteProbeTimeout, noteUnreachable, takeProbe, type Upstream } from './upstream.ts';

export type Probes = {
  /** Sends what is due and gives up what is overdue. Call it every PROBE_TICK_MS. */
  tick(now: number): void;
  /** `index` of the upstream that was probed. True where the response belongs to the probe. */
  onResponse(index: number, bytes: Uint8Array, offset: number, length: number, now: number): boolean;
  onUnreachable(index: number, code: string, now: number): void;
};

export const PROBE_TICK_MS = 100;
/** Probes sent in one tick, so that ten thousand upstreams are not asked in the same instant. */
const MAX_PER_TICK = 200;

/** How long an answer is waited for, where no further probe is due before. */
const PROBE_PATIENCE = 1000;

type Pending = { question: Probe; key: number; sentAt: number; dueAt: number };

/**
 * `inUse`: the upstreams of the rules in force. `refBase`: added to an upstream's index it is the exchange's ref. `mayAsk`: takes a packet of
 * the upstream's budget; where it has none left, the queries that took it tell as much as a probe.
 */
export function createProbes(
  inUse: () => Upstream[],
  at: (index: number) => Upstream,
  exchange: Exchange,
  refBase: number,
  mayAsk: (upstream: Upstream, now: number) => boolean,
): Probes {
  const pending = new Map<number, Pending>();
  const query = new Uint8Array(HEADER_SIZE + 255 + 4);
  let turn = 0;

  function send(upstream: Upstream, now: number): void {
    const { probes } = upstream.address;
    const question = probes[upstream.probeTurn % probes.length]!;
    const { name, type } = question;
    query.fill(0, 0, HEADER_SIZE);
    put16(query, 2, RD);
    put16(query, 4, 1);
    query.set(name, HEADER_SIZE);
    put16(query, HEADER_SIZE + name.length, type);
    put16(query, HEADER_SIZE + name.length + 2, 1);
    const length = HEADER_SIZE + name.length + 4;
    try {
      const key = exchange.send(refBase + upstream.index, upstream.index, query, length, false, now);
      if (key === NO_KEY) return;
      upstream.silentSince ??= now;
      pending.set(upstream.index, { question, key, sentAt: now, dueAt: now + PROBE_PATIENCE });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === undefined) throw error;
      if (code !== 'EMFILE' && code !== 'ENFILE') noteUnreachable(upstream, now, code);
    }
  }

  return {
    tick(now) {
      for (const [index, probe] of pending) {
        if (probe.dueAt > now) continue;
        exchange.cancel(probe.key);
        pending.delete(index);
        noteProbeTimeout(at(index), now);
      }
      const upstreams = inUse();
      let sent = 0;
      for (let step = 0; step < upstreams.length && sent < MAX_PER_TICK; step++) {
        turn = (turn + 1) % upstreams.length;
        const upstream = upstreams[turn]!;
        if (!takeProbe(upstream, now) || !mayAsk(upstream, now)) continue;
        const earlier = pending.get(upstream.index);
        if (earlier) {
          exchange.cancel(earlier.key);
          noteProbeTimeout(upstream, now);
        }
        send(upstream, now);
        sent++;
      }
      exchange.flush();
    },

    onResponse(index, bytes, offset, length, now) {
      const upstream = at(index);
      const probe = pending.get(index);
      if (!probe || !answersProbe(probe.question, bytes, offset, length)) return false;
      pending.delete(index);
      noteAnswered(upstream, now, now - probe.sentAt);
      return true;
    },

    onUnreachable(index, code, now) {
      pending.delete(index);
      noteUnreachable(at(index), now, code);
    },
  };
}

/** Any RCODE will do: a server that refuses the probe is alive. */
function answersProbe({ name, type }: Probe, bytes: Uint8Array, offset: number, length: number): boolean {
  if (length < HEADER_SIZE || (bytes[offset + 2]! & 0x80) === 0) return false;
  if (u16(bytes, offset + 4) === 0) return true;
  const end = skipName(bytes, offset + HEADER_SIZE, offset + length);
  if (end !== offset + HEADER_SIZE + name.length || end + 4 > offset + length) return false;
  return u16(bytes, end) === type;
}
