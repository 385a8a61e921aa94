/**
 * The UDP sockets to upstreams: a few connected ones for each, each with a random port of its own, one chosen at random per query, renewed
 * after a bounded use. To forge an answer takes the port and the transaction ID; connecting leaves the source address to the kernel.
 */
import { random16 } from '../inflight/random.ts';
import type { UdpConnection, UdpStack } from '../udp/udp.ts';

/**
 * Sockets open to one upstream at a time. Each has a port that nobody knows, so more of them would not be harder to guess; they would
 * split the batches: with four, a missed query costs a tenth more CPU time.
 */
const POOL = 2;
/** A socket is renewed after this many queries (and up to as many more, so that they do not renew together) or this long. */
const MAX_USES = 512;
const MAX_AGE_MS = 20_000;
/** A retired socket still listens for late answers for this long. */
const LINGER_MS = 3_000;
/** Sockets of all upstreams of a worker. At the bound a query shares a socket that is open, or fails. */
const MAX_SOCKETS = 2_048;

export type SocketEvents = {
  onDatagram(socket: number, bytes: Uint8Array, offset: number, length: number): void;
  onBatchEnd(): void;
  onError(socket: number, code: string): void;
};

export type Sockets = {
  /** Number of a socket to send to this upstream by. @throws an Error with a `code` where none can be opened */
  pick(upstream: number, now: number): number;
  send(socket: number, bytes: Uint8Array, length: number): void;
  /** Retires what is old and closes what is done. Call it every second or so. */
  sweep(now: number): void;
  close(): void;
};

type Socket = { udp: UdpConnection; upstream: number; uses: number; openedAt: number };
type Target = { local: string | undefined; address: string; port: number };

export function createSockets(
  stack: UdpStack,
  targetOf: (upstream: number) => Target,
  events: SocketEvents,
): Sockets {
  const sockets: (Socket | undefined)[] = [];
  const free: number[] = [];
  const pools = new Map<number, number[]>();
  const retired: { socket: number; until: number }[] = [];
  let open = 0;

  function openSocket(upstream: number, now: number): number {
    if (open >= MAX_SOCKETS)
      throw Object.assign(new Error('all sockets to upstreams are in use'), { code: 'EMFILE' });
    const number = free.pop() ?? sockets.length;
    const { local, address, port } = targetOf(upstream);
    const udp = stack.connect(
      local,
      address,
      port,
      {
        onDatagram: (bytes, offset, length) => events.onDatagram(number, bytes, offset, length),
        onBatchEnd: events.onBatchEnd,
      },
      (code) => events.onError(number, code),
    );
    sockets[number] = { udp, upstream, uses: MAX_USES + (random16() % MAX_USES), openedAt: now };
    open++;
    return number;
  }

  function closeSocket(number: number): void {
    sockets[number]!.udp.close();
    sockets[number] = undefined;
    free.push(number);
    open--;
  }

  function retire(pool: number[], place: number, now: number): void {
    const socket = pool[place]!;
    pool.splice(place, 1);
    retired.push({ socket, until: now + LINGER_MS });
  }

  return {
    pick(upstream, now) {
      let pool = pools.get(upstream);
      if (!pool) {
        pool = [];
        pools.set(upstream, pool);
      }
      const place = random16() % POOL;
      if (place >= pool.length && (open < MAX_SOCKETS || pool.length === 0)) {
        pool.push(openSocket(upstream, now));
        return pool[pool.length - 1]!;
      }
      const at = place % pool.length;
      const number = pool[at]!;
      const socket = sockets[number]!;
      if (--socket.uses <= 0) retire(pool, at, now);
      return number;
    },

    send(number, bytes, length) {
      sockets[number]?.udp.send(bytes, 0, length);
    },

    sweep(now) {
      for (const pool of pools.values()) {
        for (let place = pool.length - 1; place >= 0; place--) {
          if (now - sockets[pool[place]!]!.openedAt > MAX_AGE_MS) retire(pool, place, now);
        }
      }
      while (retired.length > 0 && retired[0]!.until <= now) closeSocket(retired.shift()!.socket);
    },

    close() {
      for (const [number, socket] of sockets.entries()) if (socket) closeSocket(number);
      pools.clear();
      retired.length = 0;
    },
  };
}
