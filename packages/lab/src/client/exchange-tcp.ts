import { connect } from 'node:net';
import type { Exchange } from './ask.ts';
import { responseTo } from './response-to.ts';

/** One query on a connection of its own (RFC 7766 §8: two bytes of length before each message). */
export const exchangeTcp: Exchange = ({ bytes, id }, ask, patience) =>
  new Promise((resolve) => {
    const { server, source } = ask;
    const socket = connect({
      host: server.address,
      port: server.port,
      ...(source === undefined ? {} : { localAddress: source }),
    });
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
