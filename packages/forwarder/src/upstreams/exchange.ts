/**
 * Queries out, responses in: each query gets an unpredictable transaction ID and socket, and is known by the two until it is answered
 * or given up. A response that does not fit is as if it had not come.
 */
import { createIdTable } from '../inflight/id-table.ts';
import { random16 } from '../inflight/random.ts';
import { put16, u16 } from '../packet/wire.ts';
import { createTcpClient, type TcpClient } from '../tcp/client.ts';
import type { UdpStack } from '../udp/udp.ts';
import { createSockets } from './sockets.ts';

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

/** Keys are socket << 16 | ID; TCP connections have numbers behind all UDP sockets. */
const TCP_BASE = 1 << 14;
const MAX_TCP = (1 << 15) - TCP_BASE;

export function createExchange(
  stack: UdpStack,
  capacity: number,
  targetOf: (upstream: number) => Target,
  events: ExchangeEvents,
): Exchange {
  const refs = createIdTable(capacity);
  /** By channel: the number of a socket or a TCP connection. */
  const upstreamOf = new Int32Array(TCP_BASE + MAX_TCP).fill(-1);
  const tcpClients = new Map<number, TcpClient>();

  const sockets = createSockets(stack, targetOf, {
    onDatagram: (socket, bytes, offset, length) => {
      if (length >= 12) receive(socket, bytes, offset, length, false);
    },
    onBatchEnd: events.onBatchEnd,
    onError: (socket, code) => fail(socket, code),
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
    for (const key of refs.keysIn(channel << 16, (channel << 16) | 0xffff)) {
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

  function tcpClient(upstream: number): TcpClient {
    const channel = TCP_BASE + (upstream % MAX_TCP);
    let client = tcpClients.get(upstream);
    if (!client) {
      client = createTcpClient(
        targetOf(upstream),
        (bytes) => {
          if (bytes.length >= 12) receive(channel, bytes, 0, bytes.length, true);
          events.onBatchEnd();
        },
        (code) => fail(channel, code ?? 'ECONNRESET'),
      );
      tcpClients.set(upstream, client);
    }
    return client;
  }

  return {
    send(ref, upstream, query, length, tcp, now) {
      const channel = tcp ? TCP_BASE + (upstream % MAX_TCP) : sockets.pick(upstream, now);
      const key = register(channel, ref, upstream);
      if (key === NO_KEY) return NO_KEY;
      put16(query, 0, key & 0xffff);
      if (!tcp) sockets.send(channel, query, length);
      else if (!tcpClient(upstream).send(query, length)) {
        refs.remove(key);
        return NO_KEY;
      }
      return key;
    },
    cancel: refs.remove,
    flush: stack.flush,
    sweep: sockets.sweep,
    forget(upstream) {
      tcpClients.get(upstream)?.close();
      tcpClients.delete(upstream);
    },
    close() {
      sockets.close();
      for (const client of tcpClients.values()) client.close();
    },
  };
}
