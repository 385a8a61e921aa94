import { createSocket, type Socket } from 'node:dgram';
import type { Server } from '@pointsman/core/render';
import { fullEndpoint } from '../engines/dead-rules.ts';

/** A UDP socket for each address that probes leave from, opened when it is needed first. */
export type ProbeSockets = {
  get: (upstream: Server, source: string | undefined) => Socket;
  /** May be done twice. */
  close: () => void;
};

/** `hear`: gets each datagram, and the endpoint that it came from. */
export function openSockets(hear: (bytes: Uint8Array, endpoint: string) => void): ProbeSockets {
  const sockets = new Map<string, Socket>();
  const open = (key: string, v6: boolean, source: string | undefined): Socket => {
    const socket = createSocket(v6 ? 'udp6' : 'udp4');
    sockets.set(key, socket);
    socket.on('message', (bytes, from) =>
      hear(bytes, fullEndpoint(v6 ? `[${from.address}]:${from.port}` : `${from.address}:${from.port}`)),
    );
    // An address that is gone (an interface that is down): probes stay without an answer, which is what is to be known.
    socket.on('error', () => {
      if (sockets.delete(key)) socket.close();
    });
    socket.bind(0, source);
    socket.unref();
    return socket;
  };
  return {
    get: (upstream, source) => {
      const v6 = upstream.address.includes(':');
      const key = `${v6} ${source}`;
      return sockets.get(key) ?? open(key, v6, source);
    },
    close: () => {
      for (const socket of sockets.values()) socket.close();
      sockets.clear();
    },
  };
}
