/**
 * The UDP sockets to upstreams: a few connected ones for each, each with a random port, one chosen at random per query, renewed after a
 * bounded use. To forge an answer takes the port and the transaction ID (RFC 5452); connecting leaves the source address to the kernel.
 *
 * Where RFC 5452 §9.2 would have a port for each query, a port here serves up to 1,024 queries or 20 seconds: a socket for each would
 * cost several system calls a query. Whoever finds out a port within that time (by ICMP side channels, as in SAD DNS) has only the 16 bits of
 * the ID left to guess, for each question in flight once (identical questions are one query), until the socket is renewed.
 */
import { random16 } from '../inflight/random.ts';
import type { UdpConnection, UdpStack } from '../udp/udp.ts';

/**
 * Sockets open to one upstream at a time. More of them would be no harder to guess for long, and would split the batches: with
 * four, a missed query costs a tenth more CPU time.
 */
const POOL = 2;
/** A socket is renewed after this many queries (and up to as many more, so that they do not renew together) or this long. */
const MAX_USES = 512;
const MAX_AGE_MS = 20_000;
/** A retired socket still listens for late answers for this long, and for those that are waited for. */
const LINGER_MS = 3_000;
/** Sockets of all upstreams of a worker. At the bound the one goes that waits for no answer and was used longest ago. */
export const MAX_SOCKETS = 2_048;
/** Probes take no more of them than this, so that ten thousand silent upstreams leave room for queries. */
export const MAX_PROBE_SOCKETS = 1_024;

export type SocketEvents = {
  onDatagram(socket: number, bytes: Uint8Array, offset: number, length: number): void;
  onBatchEnd(): void;
  onError(socket: number, code: string): void;
  /** How many answers are waited for on it. */
  outstanding(socket: number): number;
};

export type Sockets = {
  /** Number of a socket to send to this upstream by. @throws an Error with a `code` (EMFILE at the bound) where there is none */
  pick(upstream: number, probe: boolean, now: number): number;
  send(socket: number, bytes: Uint8Array, length: number): void;
  /** Retires what is old and closes what is done. Call it every second or so. */
  sweep(now: number): void;
  close(): void;
};

type Socket = {
  udp: UdpConnection;
  upstream: number;
  uses: number;
  openedAt: number;
  usedAt: number;
  /** The latest use was a probe. */
  probe: boolean;
  /** When it was retired; undefined while it is in its pool. */
  retiredAt: number | undefined;
};
type Target = { local: string | undefined; address: string; port: number };

export function createSockets(
  stack: UdpStack,
  targetOf: (upstream: number) => Target,
  events: SocketEvents,
): Sockets {
  const sockets: (Socket | undefined)[] = [];
  const free: number[] = [];
  const pools = new Map<number, number[]>();
  let open = 0;

  function openSocket(upstream: number, probe: boolean, now: number): number {
    const number = free.pop() ?? sockets.length;
    // Its place is taken before anything can throw.
    sockets[number] = undefined;
    const { local, address, port } = targetOf(upstream);
    let udp: UdpConnection;
    try {
      udp = stack.connect(
        local,
        address,
        port,
        {
          onDatagram: (bytes, offset, length) => events.onDatagram(number, bytes, offset, length),
          onBatchEnd: events.onBatchEnd,
        },
        (code) => events.onError(number, code),
      );
    } catch (error) {
      free.push(number);
      throw error;
    }
    const uses = MAX_USES + (random16() % MAX_USES);
    sockets[number] = { udp, upstream, uses, openedAt: now, usedAt: now, probe, retiredAt: undefined };
    open++;
    return number;
  }

  function closeSocket(number: number): void {
    sockets[number]!.udp.close();
    sockets[number] = undefined;
    free.push(number);
    open--;
  }

  function retire(number: number, now: number): void {
    const socket = sockets[number]!;
    const pool = pools.get(socket.upstream)!;
    pool.splice(pool.indexOf(number), 1);
    if (pool.length === 0) pools.delete(socket.upstream);
    socket.retiredAt = now;
  }

  /** At the bound: looks at all sockets, which costs less than to open one does. False where each waits for an answer. */
  function makeRoom(now: number): boolean {
    let idlest = -1;
    for (let number = 0; number < sockets.length; number++) {
      const socket = sockets[number];
      if (!socket || events.outstanding(number) > 0) continue;
      if (idlest < 0 || socket.usedAt < sockets[idlest]!.usedAt) idlest = number;
    }
    if (idlest < 0) return false;
    if (sockets[idlest]!.retiredAt === undefined) retire(idlest, now);
    closeSocket(idlest);
    return true;
  }

  function mayProbe(): boolean {
    if (open < MAX_PROBE_SOCKETS) return true;
    let probing = 0;
    for (let number = 0; number < sockets.length; number++)
      if (sockets[number]?.probe && events.outstanding(number) > 0) probing++;
    return probing < MAX_PROBE_SOCKETS;
  }

  return {
    pick(upstream, probe, now) {
      const pool = pools.get(upstream);
      if (!pool) {
        if ((probe && !mayProbe()) || (open >= MAX_SOCKETS && !makeRoom(now)))
          throw Object.assign(new Error('all sockets to upstreams wait for answers'), { code: 'EMFILE' });
        const number = openSocket(upstream, probe, now);
        pools.set(upstream, [number]);
        return number;
      }
      const place = random16() % POOL;
      if (place >= pool.length && !probe && open < MAX_SOCKETS) {
        const number = openSocket(upstream, probe, now);
        pool.push(number);
        return number;
      }
      const number = pool[place % pool.length]!;
      const socket = sockets[number]!;
      socket.usedAt = now;
      socket.probe = probe;
      if (--socket.uses <= 0) retire(number, now);
      return number;
    },

    send(number, bytes, length) {
      sockets[number]?.udp.send(bytes, 0, length);
    },

    sweep(now) {
      for (const [number, socket] of sockets.entries()) {
        if (!socket) continue;
        if (socket.retiredAt === undefined) {
          if (now - socket.openedAt > MAX_AGE_MS) retire(number, now);
        } else if (now - socket.retiredAt >= LINGER_MS && events.outstanding(number) === 0) {
          closeSocket(number);
        }
      }
    },

    close() {
      for (const [number, socket] of sockets.entries()) if (socket) closeSocket(number);
      pools.clear();
    },
  };
}
