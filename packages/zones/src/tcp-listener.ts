import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { listenTcp as listenInside } from '@pointsman/forwarder/namespace';
import {
  ListenError,
  type Listener,
  type ListenOptions,
  type Responder,
  respond,
  SERVER_LIMITS,
} from './dns-handler.ts';

/** @throws ListenError */
export async function listenTcp(options: ListenOptions, responder: Responder): Promise<Listener> {
  const connections = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    serveConnection(socket, responder, () => closeSlowest(connections));
  });
  server.maxConnections = SERVER_LIMITS.tcpConnections;
  try {
    await listen(server, options);
  } catch (error) {
    throw new ListenError(options, 'tcp', error as NodeJS.ErrnoException);
  }
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

async function listen(server: Server, { address, port, namespace }: ListenOptions): Promise<void> {
  if (namespace !== undefined) return listenInside(server, { address, port, namespace });
  server.listen({ host: address, port, ipv6Only: true, exclusive: true });
  await once(server, 'listening');
}

/** Where all connections together leave more unread than the bound, the one that leaves most goes: by a reset, after which the system holds nothing for it either. */
function closeSlowest(connections: ReadonlySet<Socket>): void {
  let unread = 0;
  let slowest: Socket | undefined;
  for (const socket of connections) {
    unread += socket.writableLength;
    if (socket.writableLength > (slowest?.writableLength ?? 0)) slowest = socket;
  }
  if (unread > SERVER_LIMITS.tcpUnreadInAll) slowest?.resetAndDestroy();
}

/**
 * One connection: queries in frames of two bytes of length and the message (RFC 1035 §4.2.2), answered as they are done, in any order
 * (RFC 7766 §7). `rest` holds less than one frame unless reading is paused, and then no more than was read at once.
 */
function serveConnection(socket: Socket, { handle }: Responder, onUnread: () => void): void {
  const client = {
    address: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
    transport: 'tcp' as const,
  };
  let rest: Buffer = Buffer.alloc(0);
  let inFlight = 0;
  let ended = false;
  /** Runs while responses are unread; what is read of one does not put it off. */
  let patience: NodeJS.Timeout | undefined;

  const isCrowded = () =>
    inFlight >= SERVER_LIMITS.tcpInFlight || socket.writableLength >= SERVER_LIMITS.tcpUnread;
  const readFrames = () => {
    while (rest.length >= 2 && !isCrowded() && !socket.destroyed) {
      const length = rest.readUInt16BE(0);
      if (length > SERVER_LIMITS.tcpQuery) return void socket.destroy();
      if (rest.length < 2 + length) break;
      const query = rest.subarray(2, 2 + length);
      rest = rest.subarray(2 + length);
      answer(query);
    }
    // A copy, so that a few bytes do not hold the memory of all that was read.
    if (rest.byteOffset !== 0 && rest.length <= SERVER_LIMITS.tcpQuery) rest = Buffer.from(rest);
    if (isCrowded()) socket.pause();
    else socket.resume();
    if (ended && inFlight === 0) socket.end();
  };
  const answer = (query: Uint8Array) => {
    const response = respond(handle, query, client);
    if (!(response instanceof Promise)) return send(response);
    inFlight++;
    void response.then((bytes) => {
      inFlight--;
      send(bytes);
      if (socket.writable) readFrames();
    });
  };
  const send = (response: Uint8Array | undefined) => {
    if (response === undefined || !socket.writable) return;
    if (socket.write(frame(response))) return;
    patience ??= setTimeout(() => socket.resetAndDestroy(), SERVER_LIMITS.tcpUnreadTime);
    onUnread();
  };

  socket.setTimeout(SERVER_LIMITS.tcpIdle, () => socket.destroy());
  // A connection that breaks has nobody left to tell.
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(patience));
  socket.on('drain', () => {
    clearTimeout(patience);
    patience = undefined;
    readFrames();
  });
  // A client that has sent its last query still reads the responses.
  socket.on('end', () => {
    ended = true;
    readFrames();
  });
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    readFrames();
  });
}

function frame(message: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(2 + message.length);
  framed.writeUInt16BE(message.length, 0);
  framed.set(message, 2);
  return framed;
}
