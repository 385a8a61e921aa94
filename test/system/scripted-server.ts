import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { decodeMessage, encodeMessage, type Message, NO_FLAGS, type Question } from '@pointsman/core/dns';
import { freePort } from './free-port.ts';

/** What a server says to a question; undefined for silence. Over UDP it is cut to 512 bytes. */
export type Script = (
  question: Question,
) => Partial<Message> | undefined | Promise<Partial<Message> | undefined>;

export type ScriptedServer = {
  /** IP:PORT */
  endpoint: string;
  asked: { udp: number; tcp: number };
  /** The addresses that datagrams came from. */
  clients: Set<string>;
  stop: () => Promise<void>;
};

/** A DNS server over UDP and TCP that says what a test tells it to. */
export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const asked = { udp: 0, tcp: 0 };
  const clients = new Set<string>();
  const respond = async (bytes: Uint8Array, maxBytes: number): Promise<Uint8Array | undefined> => {
    const query = decodeMessage(bytes)!;
    const said = await script(query.question!);
    if (said === undefined) return undefined;
    const message: Message = {
      ...query,
      flags: { ...NO_FLAGS, qr: true },
      answers: [],
      additionals: [],
      ...said,
    };
    return encodeMessage(message, { maxBytes });
  };
  const port = await freePort();
  const udp = createSocket('udp4').on('message', async (bytes, peer) => {
    asked.udp++;
    clients.add(peer.address);
    const response = await respond(bytes, 512);
    if (response) udp.send(response, peer.port, peer.address);
  });
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    // One query comes in one piece here: it has under a hundred bytes.
    socket.on('data', async (bytes) => {
      asked.tcp++;
      const response = await respond(bytes.subarray(2), 0xffff);
      if (response) socket.write(Uint8Array.from([response.length >> 8, response.length & 255, ...response]));
    });
  });
  udp.bind(port, '127.0.0.1');
  tcp.listen(port, '127.0.0.1');
  await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
  return {
    endpoint: `127.0.0.1:${port}`,
    asked,
    clients,
    stop: async () => {
      udp.close();
      tcp.close();
      await Promise.all([once(udp, 'close'), once(tcp, 'close')]);
    },
  };
}
