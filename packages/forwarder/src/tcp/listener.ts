/**
 * Clients over TCP (RFC 7766): queries are pipelined, answers go out as they come, in any order. Who is no client is not let in.
 * Bounded: connections, of one address and of all (crowd.ts), queries in flight on one (then it is not read), bytes that a slow
 * reader leaves unread (likewise), and the time that passes without a whole query.
 */
import net from 'node:net';
import type { Sink } from '../inflight/slots.ts';
import { encodePeer } from '../udp/peer.ts';
import { createCrowd } from './crowd.ts';
import { createFrameReader, frame } from './frames.ts';

const MAX_IN_FLIGHT = 128;
const MAX_UNREAD = 256 * 1024;
/** From the last whole query, or the last bytes of an answer, on; it does not count while a query is in flight. */
const IDLE_MS = 10_000;
const MAX_MESSAGE = 0xffff;
const NO_BYTES = new Uint8Array(0);

/** Answers at once through the sink, or later; every query is committed exactly once, or `dropped` is returned. */
export type OnQuery = (bytes: Uint8Array, peer: Uint8Array, sink: Sink) => 'taken' | 'dropped';

export type TcpListener = { readonly port: number; close(): Promise<void> };

export type TcpEvents = {
  /** False: the connection is reset at once. */
  mayConnect(peer: Uint8Array): boolean;
  onBatchEnd(): void;
  /** There was no room for a connection: this one, or the one that has been idle longest, was closed. */
  onCrowded(): void;
};

/** @throws an Error with a `code` such as EADDRINUSE */
export async function listenTcp(
  address: string,
  port: number,
  onQuery: OnQuery,
  events: TcpEvents,
): Promise<TcpListener> {
  const crowd = createCrowd<net.Socket>();

  const server = net.createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) return void socket.destroy();
    const peer = encodePeer(remoteAddress.replace(/%.*$/, ''), remotePort);
    if (!events.mayConnect(peer)) return void socket.resetAndDestroy();
    const victim = crowd.add(socket, remoteAddress);
    if (victim) {
      victim.destroy();
      events.onCrowded();
      if (victim === socket) return;
    }
    socket.on('close', () => crowd.remove(socket));
    serve(socket, peer, onQuery, events.onBatchEnd, (busy) => crowd.note(socket, busy));
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
      for (const socket of crowd.members()) socket.destroy();
      await closed.promise;
    },
  };
}

/** `note`: a whole query has come, or an answer has gone; whether a query is in flight now. */
function serve(
  socket: net.Socket,
  peer: Uint8Array,
  onQuery: OnQuery,
  onBatchEnd: () => void,
  note: (busy: boolean) => void,
): void {
  const reader = createFrameReader();
  let inFlight = 0;
  let ended = false;
  /** Whole queries may lie in the reader that were too many. */
  let held = false;
  let settling = false;
  // Bytes alone do not put it off: whoever drips them cannot keep a connection.
  const idle = setTimeout(() => (inFlight > 0 ? idle.refresh() : socket.destroy()), IDLE_MS);

  const isCrowded = () => inFlight >= MAX_IN_FLIGHT || socket.writableLength > MAX_UNREAD;

  function take(chunk: Uint8Array): void {
    held = false;
    reader.push(chunk, (message) => {
      inFlight++;
      idle.refresh();
      note(true);
      if (onQuery(message, peer, sink) === 'dropped') {
        // Nothing that speaks DNS sends this over TCP.
        socket.destroy();
      }
      held = isCrowded();
      return !held && !socket.destroyed;
    });
    onBatchEnd();
    settleSoon();
  }

  function settle(): void {
    settling = false;
    if (socket.destroyed) return;
    if (isCrowded()) socket.pause();
    else if (held) take(NO_BYTES);
    else if (ended && inFlight === 0) socket.end();
    else if (socket.isPaused()) socket.resume();
  }

  /**
   * Not at once: who commits an answer is amid its work; and where that is a UDP batch, nothing runs process.nextTick after it, by which
   * streams go on.
   */
  function settleSoon(): void {
    if (settling) return;
    settling = true;
    setImmediate(settle);
  }

  const sink: Sink = {
    out: place,
    reserve: () => 0,
    commit(length) {
      inFlight--;
      note(inFlight > 0);
      idle.refresh();
      if (!socket.destroyed) socket.write(frame(place, 0, length));
      settleSoon();
    },
  };

  socket.on('close', () => clearTimeout(idle));
  socket.on('drain', () => {
    idle.refresh();
    settleSoon();
  });
  socket.on('end', () => {
    ended = true;
    settleSoon();
  });
  socket.on('data', take);
}

/** Where responses are made, one at a time. */
const place = new Uint8Array(MAX_MESSAGE + 1);
