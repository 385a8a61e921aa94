import { createSocket } from 'node:dgram';
import type { Exchange } from './ask.ts';
import { responseTo } from './response-to.ts';

/** Sends the query from a socket of its own, so that the system draws a new port, and takes the first response that is to it. */
export const exchangeUdp: Exchange = ({ bytes, id }, ask, patience) =>
  new Promise((resolve) => {
    const { server, source } = ask;
    const socket = createSocket(server.address.includes(':') ? 'udp6' : 'udp4');
    const finish = (outcome: Awaited<ReturnType<Exchange>>) => {
      clearTimeout(timer);
      socket
        .removeAllListeners()
        .on('error', () => {})
        .close();
      resolve(outcome);
    };
    const timer = setTimeout(
      () => finish({ ok: false, reason: 'silent', detail: `no answer in ${Math.round(patience)} ms` }),
      patience,
    );
    socket.on('error', (error) => finish({ ok: false, reason: 'unreachable', detail: error.message }));
    socket.on('message', (data) => {
      const message = responseTo(ask, id, data);
      if (message) finish({ ok: true, message });
    });
    socket.on('connect', () => socket.send(bytes));
    socket.bind({ port: 0, ...(source === undefined ? {} : { address: source }) }, () =>
      socket.connect(server.port, server.address),
    );
  });
