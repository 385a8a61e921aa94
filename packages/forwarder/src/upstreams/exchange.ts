/**
 * Queries out, responses in: each query gets an unpredictable transaction ID and socket, and is known by the two until it is answered
 * or given up. A response that does not fit is as if it had not come.
 */
import { createIdTable } from '../inflight/id-table.ts';
import { random16 } from '../inflight/random.ts';
import { put16, u16 } from '../packet/wire.ts';
import type { UdpStack } from '../udp/udp.ts';
import { createConnections, MAX_CONNECTIONS } from './connections.ts';
import { createSockets, MAX_SOCKETS } from './sockets.ts';

export type Target = { local: string | undefined; address: string; port: number };

export type ExchangeEvents = {
  /** True where it is the answer to `ref`; false: go on waiting. */
  onResponse(
    ref: number,
    upstream: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
    tcp: boolean,
  ): boolean;
  /** What was sent by this socket, or this TCP connection, will not be answered. */
  onUnreachable(ref: number, upstream: number, code: string): void;
  onBatchEnd(): void;
};

export type Exchange = {
  /**
   * Sends the query, its ID replaced; returns the key to cancel it by, or NO_KEY where it cannot be sent now.
   * @throws an Error with a `code` where no socket can be opened
   */
  send(ref: number, upstream: number, query: Uint8Array, length: number, tcp: boolean, now: number): number;
  cancel(key: number): void;
  flush(): void;
  sweep(now: number): void;
  /** The index is to be another upstream's: nothing of the old one is in flight. */
  forget(upstream: number): void;
  close(): void;
};

export const NO_KEY = -1;

/** Keys are channel << 16 | ID: a channel is a UDP socket or, behind all of those, a TCP connection. */
const CHANNELS = MAX_SOCKETS + MAX_CONNECTIONS;

/** `probeRefs`: from this ref on what is sent is a probe, `probes` of them at most. */
export function createExchange(
  stack: UdpStack,
  probeRefs: number,
  probes: number,
  targetOf: (upstream: number) => Target,
  events: ExchangeEvents,
): Exchange {
  const refs = createIdTable(probeRefs + probes, CHANNELS);
  const upstreamOf = new Int32Array(CHANNELS).fill(-1);

  const sockets = createSockets(stack, targetOf, {
    onDatagram: (socket, bytes, offset, length) => {
      if (length >= 12) receive(socket, bytes, offset, length, false);
    },
    onBatchEnd: events.onBatchEnd,
    onError: fail,
    outstanding: refs.countOf,
  });
  const connections = createConnections(targetOf, {
    onMessage: (connection, bytes) => {
      if (bytes.length >= 12) receive(MAX_SOCKETS + connection, bytes, 0, bytes.length, true);
      events.onBatchEnd();
    },
    onEnd: (connection, code) => fail(MAX_SOCKETS + connection, code ?? 'ECONNRESET'),
    outstanding: (connection) => refs.countOf(MAX_SOCKETS + connection),
  });

  function receive(channel: number, bytes: Uint8Array, offset: number, length: number, tcp: boolean): void {
    const key = (channel << 16) | u16(bytes, offset);
    const ref = refs.find(key);
    if (ref < 0) return;
    const upstream = upstreamOf[channel]!;
    if (events.onResponse(ref, upstream, bytes, offset, length, tcp)) refs.remove(key);
  }

  function fail(channel: number, code: string): void {
    const upstream = upstreamOf[channel]!;
    for (const key of refs.keysOf(channel)) {
      const ref = refs.find(key);
      if (ref < 0) continue;
      refs.remove(key);
      events.onUnreachable(ref, upstream, code);
    }
    events.onBatchEnd();
  }

  function register(channel: number, ref: number, upstream: number): number {
    upstreamOf[channel] = upstream;
    for (let attempt = 0; attempt < 8; attempt++) {
      const key = (channel << 16) | random16();
      if (refs.insert(key, ref)) return key;
    }
    return NO_KEY;
  }

  /** The channel to send by; undefined where there is no room for a TCP connection. */
  function channelTo(upstream: number, tcp: boolean, probe: boolean, now: number): number | undefined {
    if (!tcp) return sockets.pick(upstream, probe, now);
    const connection = connections.pick(upstream);
    return connection === undefined ? undefined : MAX_SOCKETS + connection;
  }

  return {
    send(ref, upstream, query, length, tcp, now) {
      const channel = channelTo(upstream, tcp, ref >= probeRefs, now);
      if (channel === undefined) return NO_KEY;
      const key = register(channel, ref, upstream);
      if (key === NO_KEY) return NO_KEY;
      put16(query, 0, key & 0xffff);
      if (!tcp) sockets.send(channel, query, length);
      else if (!connections.send(channel - MAX_SOCKETS, query, length)) {
        refs.remove(key);
        return NO_KEY;
      }
      return key;
    },
    cancel: refs.remove,
    flush: stack.flush,
    sweep: sockets.sweep,
    forget: connections.drop,
    close() {
      sockets.close();
      connections.close();
    },
  };
}
