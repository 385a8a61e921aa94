/** Clients over UDP and TCP, from a source address of their own. */
import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import {
  CLASS_IN,
  decodeMessage,
  type Edns,
  encodeMessage,
  type Message,
  NO_FLAGS,
} from '@pointsman/core/dns';
import { createFrameReader, frame } from '../tcp/frames.ts';

export type Ask = {
  flags?: Partial<Message['flags']>;
  /** Left out: EDNS with 1232 bytes. */
  edns?: Partial<Edns> | false;
  class?: number;
};

export type Client = {
  /** Rejects after 15 s without an answer: long past every deadline that is tested. */
  ask(name: string, type?: string, options?: Ask): Promise<Message>;
  /** Sends bytes as they are; the ID in them must be free. */
  askBytes(bytes: Uint8Array): Promise<Message>;
  /** Sends bytes of which no answer is awaited. */
  send(bytes: Uint8Array): void;
  /** Of the latest response. */
  readonly latestLength: number;
  /** The address that it asks from. */
  readonly source: string;
  close(): void;
};

export type TcpClient = Client & { readonly socket: net.Socket };

const PATIENCE = 15_000;

export function encodeAsk(name: string, type: string, options: Ask = {}): Uint8Array {
  const { edns } = options;
  return encodeMessage({
    id: randomInt(0x10000),
    flags: { ...NO_FLAGS, rd: true, ...options.flags },
    rcode: 0,
    question: { name, type, class: options.class ?? CLASS_IN },
    answers: [],
    authorities: [],
    additionals: [],
    ...(edns !== false && { edns: { udpSize: 1232, version: 0, do: false, options: [], ...edns } }),
  });
}

export async function udpClient(
  server: { address: string; port: number },
  source = '127.0.0.1',
): Promise<Client> {
  const socket = dgram.createSocket({ type: 'udp4', recvBufferSize: 2 ** 21 });
  socket.bind(0, source);
  await once(socket, 'listening');
  const client = matching((bytes) => socket.send(bytes, server.port, server.address));
  socket.on('message', client.receive);
  return Object.assign(client, { source, close: () => socket.close() });
}

export async function tcpClient(
  server: { address: string; port: number },
  source = '127.0.0.1',
): Promise<TcpClient> {
  const socket = net.connect({
    host: server.address,
    port: server.port,
    localAddress: source,
    noDelay: true,
    allowHalfOpen: true,
  });
  await once(socket, 'connect');
  const reader = createFrameReader();
  const client = matching((bytes) => socket.write(frame(bytes, 0, bytes.length)));
  socket.on('data', (chunk) => reader.push(chunk, (view) => client.receive(view.slice())));
  socket.on('error', () => {});
  return Object.assign(client, { source, socket, close: () => socket.destroy() });
}

function matching(
  send: (bytes: Uint8Array) => void,
): Omit<Client, 'close' | 'source'> & { receive(bytes: Uint8Array): void } {
  const waiting = new Map<number, (message: Message) => void>();
  const client = {
    latestLength: 0,
    send,
    ask(name: string, type = 'A', options: Ask = {}): Promise<Message> {
      const bytes = encodeAsk(name, type, options);
      while (waiting.has((bytes[0]! << 8) | bytes[1]!)) {
        bytes[0] = randomInt(256);
        bytes[1] = randomInt(256);
      }
      return client.askBytes(bytes);
    },
    askBytes(bytes: Uint8Array): Promise<Message> {
      const id = (bytes[0]! << 8) | bytes[1]!;
      const { promise, resolve, reject } = Promise.withResolvers<Message>();
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error('the forwarder did not answer'));
      }, PATIENCE).unref();
      waiting.set(id, (message) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(message);
      });
      send(bytes);
      return promise;
    },
    receive(bytes: Uint8Array): void {
      const message = decodeMessage(bytes);
      client.latestLength = bytes.length;
      if (message?.flags.qr) waiting.get(message.id)?.(message);
    },
  };
  return client;
}
