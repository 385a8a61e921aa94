import { createSocket } from 'node:dgram';

/** One DNS question over UDP, in the few bytes that the bench needs of it. */

export type Endpoint = { address: string; port: number };
export type Answer = { rcode: number; answers: number };

const TYPE_A = 1;
const CLASS_IN = 1;

/** A query for the A records of `name` (no escapes), with RD set. */
export function encodeQuery(id: number, name: string): Uint8Array {
  const labels = name.split('.').filter((label) => label !== '');
  const header = [id >> 8, id & 0xff, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0];
  const owner = labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]);
  return Uint8Array.from([...header, ...owner, 0, 0, TYPE_A, 0, CLASS_IN]);
}

/** Asks `server`, and asks again every `againAfter` milliseconds, until an answer comes or `signal` aborts. */
export async function ask(
  server: Endpoint,
  name: string,
  againAfter: number,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const socket = createSocket('udp4');
  const id = Math.floor(Math.random() * 65536);
  const query = encodeQuery(id, name);
  try {
    return await new Promise((resolve) => {
      // Nobody listening yet is an ICMP error on some systems; the next try tells.
      socket.on('error', () => undefined);
      socket.on('message', (message) => {
        if (message.length < 12 || message.readUInt16BE(0) !== id) return;
        resolve({ rcode: message[3]! & 0x0f, answers: message.readUInt16BE(6) });
      });
      const send = () => socket.send(query, server.port, server.address, () => undefined);
      const timer = setInterval(send, againAfter);
      signal.addEventListener('abort', () => resolve(undefined), { once: true });
      if (signal.aborted) resolve(undefined);
      socket.on('close', () => clearInterval(timer));
      send();
    });
  } finally {
    socket.close();
  }
}
