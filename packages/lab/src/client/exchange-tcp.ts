import { connect, type Socket } from 'node:net';
import { connectTcp } from '@pointsman/forwarder/namespace';
import type { Ask, Exchange } from './ask.ts';
import { responseTo } from './response-to.ts';

/** One query on a connection of its own (RFC 7766 §8: two bytes of length before each message). */
export const exchangeTcp: Exchange = async (query, ask, patience) => {
  try {
    return await exchangeOn(openConnection(ask), query, ask, patience);
  } catch (error) {
    return { ok: false, reason: 'unreachable', detail: (error as Error).message };
  }
};

function exchangeOn(
  socket: Socket,
  { bytes, id }: Parameters<Exchange>[0],
  ask: Ask,
  patience: number,
): ReturnType<Exchange> {
  return new Promise((resolve) => {
    const finish = (outcome: Awaited<ReturnType<Exchange>>) => {
      clearTimeout(timer);
      socket
        .removeAllListeners()
        .on('error', () => {})
        .destroy();
      resolve(outcome);
    };
    const timer = setTimeout(
      () =>
        finish({ ok: false, reason: 'silent', detail: `no answer over TCP in ${Math.round(patience)} ms` }),
      patience,
    );
    let received = Buffer.alloc(0);
    socket.on('error', (error) => finish({ ok: false, reason: 'unreachable', detail: error.message }));
    socket.on('close', () =>
      finish({ ok: false, reason: 'unreachable', detail: 'the connection was closed without an answer' }),
    );
    socket.on('connect', () => {
      socket.write(Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]));
    });
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const message = responseTo(ask, id, received.subarray(2, 2 + received.readUInt16BE(0)));
      finish(
        message
          ? { ok: true, message }
          : { ok: false, reason: 'unreachable', detail: 'what came is no answer to the question' },
      );
    });
  });
}

/** Still connecting. */
function openConnection({ server, source, namespace }: Ask): Socket {
  if (namespace !== undefined) {
    const anywhere = server.address.includes(':') ? '::' : '0.0.0.0';
    return connectTcp({ namespace, address: source ?? anywhere, port: 0 }, server);
  }
  return connect({
    host: server.address,
    port: server.port,
    ...(source === undefined ? {} : { localAddress: source }),
  });
}
