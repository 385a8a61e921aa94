import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  type Handle,
  ListenError,
  type Listener,
  type ListenOptions,
  respond,
  SERVER_LIMITS,
} from './dns-handler.ts';

/** @throws ListenError */
export async function listenTcp(options: ListenOptions, handle: Handle): Promise<Listener> {
  const connections = new Set<Socket>();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    serveConnection(socket, handle);
  });
  server.maxConnections = SERVER_LIMITS.tcpConnections;
  try {
    server.listen({ host: options.address, port: options.port, ipv6Only: true, exclusive: true });
    await once(server, 'listening');
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

/**
 * One connection: queries in frames of two bytes of length and the message (RFC 1035 §4.2.2), answered as they are done, in any order
 * (RFC 7766 §7). `rest` holds less than one frame unless reading is paused.
 */
function serveConnection(socket: Socket, handle: Handle): void {
  const client = {
    address: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
    transport: 'tcp' as const,
  };
  let rest: Buffer = Buffer.alloc(0);
  let inFlight = 0;
  let ended = false;

  const readFrames = () => {
    while (rest.length >= 2 && inFlight < SERVER_LIMITS.tcpInFlight && !socket.writableNeedDrain) {
      const length = rest.readUInt16BE(0);
      if (rest.length < 2 + length) break;
      const query = rest.subarray(2, 2 + length);
      rest = rest.subarray(2 + length);
      void answer(query);
    }
    if (inFlight >= SERVER_LIMITS.tcpInFlight || socket.writableNeedDrain) socket.pause();
    else socket.resume();
    if (ended && inFlight === 0) socket.end();
  };
  const answer = async (query: Uint8Array) => {
    inFlight++;
    const response = await respond(handle, query, client);
    inFlight--;
    if (!socket.writable) return;
    if (response !== undefined) socket.write(frame(response));
    readFrames();
  };

  socket.setTimeout(SERVER_LIMITS.tcpIdle, () => socket.destroy());
  // A connection that breaks has nobody left to tell.
  socket.on('error', () => socket.destroy());
  socket.on('drain', readFrames);
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
