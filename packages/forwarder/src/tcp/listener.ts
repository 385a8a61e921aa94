/**
 * Clients over TCP (RFC 7766): queries are pipelined, answers go out as they come, in any order. Bounded: connections (at the bound the one
 * that has been quiet longest is closed), queries in flight on one (then it is not read), and bytes that a slow reader
 * leaves unread (likewise).
 */
import net from 'node:net';
import type { Sink } from '../inflight/slots.ts';
import { encodePeer } from '../udp/peer.ts';
import { createFrameReader, frame } from './frames.ts';

const MAX_CONNECTIONS = 1024;
const MAX_IN_FLIGHT = 128;
const MAX_UNREAD = 256 * 1024;
const IDLE_MS = 10_000;
const MAX_MESSAGE = 0xffff;

/** Answers at once through the sink, or later; every query is committed exactly once, or `dropped` is returned. */
export type OnQuery = (bytes: Uint8Array, peer: Uint8Array, sink: Sink) => 'taken' | 'dropped';

export type TcpListener = { readonly port: number; close(): Promise<void> };

/** @throws an Error with a `code` such as EADDRINUSE */
export async function listenTcp(
  address: string,
  port: number,
  onQuery: OnQuery,
  events: { onBatchEnd(): void; onCrowded(): void },
): Promise<TcpListener> {
  // In the order of their last query: the first is the quietest.
  const connections = new Set<net.Socket>();

  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    if (connections.size >= MAX_CONNECTIONS) {
      const [quietest] = connections;
      quietest?.destroy();
      events.onCrowded();
    }
    connections.add(socket);
    serve(socket, onQuery, events.onBatchEnd, () => {
      connections.delete(socket);
      connections.add(socket);
    });
    socket.on('close', () => connections.delete(socket));
  });
  const bound = Promise.withResolvers<void>();
  server.once('error', bound.reject);
  server.listen(
    { host: address, port, reusePort: process.platform === 'linux', ipv6Only: address.includes(':') },
    bound.resolve,
  );
  await bound.promise;
  server.removeAllListeners('error');
  // Accepting may fail for want of descriptors; those that are connected are served on.
  server.on('error', events.onCrowded);
  return {
    port: (server.address() as net.AddressInfo).port,
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of connections) socket.destroy();
      await closed.promise;
    },
  };
}

function serve(socket: net.Socket, onQuery: OnQuery, onBatchEnd: () => void, onActive: () => void): void {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return void socket.destroy();
  const peer = encodePeer(remoteAddress.replace(/%.*$/, ''), remotePort);
  const reader = createFrameReader();
  let inFlight = 0;
  let ended = false;

  const settle = () => {
    const crowded = inFlight >= MAX_IN_FLIGHT || socket.writableLength > MAX_UNREAD;
    if (crowded) socket.pause();
    else if (socket.isPaused()) socket.resume();
    if (ended && inFlight === 0) socket.end();
  };

  const sink: Sink = {
    out: place,
    reserve: () => 0,
    commit(length) {
      inFlight--;
      if (!socket.destroyed) socket.write(frame(place, 0, length));
      settle();
    },
  };

  socket.setTimeout(IDLE_MS, () => socket.destroy());
  socket.on('error', () => {});
  socket.on('drain', settle);
  socket.on('end', () => {
    ended = true;
    settle();
  });
  socket.on('data', (chunk) => {
    onActive();
    reader.push(chunk, (message) => {
      inFlight++;
      if (onQuery(message, peer, sink) === 'dropped') {
        // Nothing that speaks DNS sends this over TCP.
        socket.destroy();
      }
    });
    onBatchEnd();
    settle();
  });
}

/** Where responses are made, one at a time. */
const place = new Uint8Array(MAX_MESSAGE + 1);
