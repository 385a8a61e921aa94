import { createSocket, type Socket } from 'node:dgram';
import { bindUdp } from '@pointsman/forwarder/namespace';
import type { Ask, Exchange } from './ask.ts';
import { responseTo } from './response-to.ts';

/** Sends the query from a socket of its own, so that the system draws a new port, and takes the first response that is to it. */
export const exchangeUdp: Exchange = async (query, ask, patience) => {
  try {
    return await exchangeOn(await openSocket(ask), query, ask, patience);
  } catch (error) {
    return { ok: false, reason: 'unreachable', detail: (error as Error).message };
  }
};

/** Bound to the source, in the namespace that is asked from. */
async function openSocket({ server, source, namespace }: Ask): Promise<Socket> {
  const isIpv6 = server.address.includes(':');
  if (namespace !== undefined)
    return bindUdp({ namespace, address: source ?? (isIpv6 ? '::' : '0.0.0.0'), port: 0 });
  const socket = createSocket(isIpv6 ? 'udp6' : 'udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port: 0, ...(source === undefined ? {} : { address: source }) }, resolve);
  });
  return socket.removeAllListeners('error');
}

function exchangeOn(
  socket: Socket,
  { bytes, id }: Parameters<Exchange>[0],
  ask: Ask,
  patience: number,
): ReturnType<Exchange> {
  return new Promise((resolve) => {
    const { server } = ask;
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
    socket.connect(server.port, server.address);
  });
}
