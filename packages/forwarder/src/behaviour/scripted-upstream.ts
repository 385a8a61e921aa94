/** A DNS server on an address of its own, over UDP and TCP, that does what a script says, and remembers what it was asked. */
import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { decodeMessage, type Message } from '@pointsman/core/dns';
import { createFrameReader, frame } from '../tcp/frames.ts';
import { type Content, respond } from './records.ts';

export type Asked = {
  message: Message;
  bytes: Uint8Array;
  name: string;
  type: string;
  transport: 'udp' | 'tcp';
  /** Where it came from. */
  port: number;
  /** `performance.now()` */
  at: number;
};

/**
 * Nothing: silence. Several: one datagram (or one frame) each, in this order. `close`: the TCP connection is closed at once;
 * `cut`: in the middle of a response.
 */
export type Reply = undefined | Content | Uint8Array | (Content | Uint8Array)[] | 'close' | 'cut';
export type Script = (asked: Asked) => Reply | Promise<Reply>;

export type ScriptedUpstream = {
  readonly address: string;
  readonly port: number;
  /** IP:PORT */
  readonly endpoint: string;
  /** All queries but health probes (which ask for an SOA record), in the order in which they came. */
  readonly asked: Asked[];
  readonly probes: Asked[];
  /** How often the name was asked, over UDP and TCP. */
  count(name: string, type?: string): number;
  script: Script;
  /** False: nobody listens any more, as when the process has died; true: it is back, on the same port. */
  setRunning(running: boolean): Promise<void>;
  close(): Promise<void>;
};

/** Addresses of 127.0.0.0/8 that nothing else uses. */
export function freeAddress(): string {
  return `127.${randomInt(64, 255)}.${randomInt(0, 255)}.${randomInt(1, 255)}`;
}

/** Probes are answered without the script, unless `script` says otherwise by its `probes`. */
export async function startUpstream(
  script: Script,
  options: { address?: string; scriptProbes?: boolean } = {},
): Promise<ScriptedUpstream> {
  const address = options.address ?? freeAddress();
  let udp: dgram.Socket;
  let tcp: net.Server;
  const connections = new Set<net.Socket>();
  let port = 0;
  let running = false;

  async function open(): Promise<void> {
    udp = dgram.createSocket({ type: 'udp4', recvBufferSize: 2 ** 21 });
    udp.on('message', (bytes, from) => {
      const socket = udp;
      void take(bytes, 'udp', from.port, (reply) => {
        if (running && socket === udp && typeof reply !== 'string') udp.send(reply, from.port, from.address);
      });
    });
    udp.bind(port, address);
    await once(udp, 'listening');
    port = udp.address().port;
    tcp = net.createServer({ noDelay: true }, (socket) => {
      connections.add(socket);
      socket.on('close', () => connections.delete(socket));
      socket.on('error', () => {});
      const reader = createFrameReader();
      socket.on('data', (chunk) =>
        reader.push(chunk, (view) => {
          void take(view.slice(), 'tcp', socket.remotePort ?? 0, (reply) => {
            if (reply === 'close') socket.destroy();
            else if (reply === 'cut') socket.end(Uint8Array.of(0, 200, 1, 2, 3));
            else if (!socket.destroyed) socket.write(frame(reply, 0, reply.length));
          });
        }),
      );
    });
    tcp.listen(port, address);
    await once(tcp, 'listening');
    running = true;
  }

  async function shut(): Promise<void> {
    if (!running) return;
    running = false;
    for (const socket of connections) socket.destroy();
    await Promise.all([
      new Promise<void>((resolve) => udp.close(resolve)),
      new Promise((resolve) => tcp.close(resolve)),
    ]);
  }

  async function take(
    bytes: Uint8Array,
    transport: 'udp' | 'tcp',
    from: number,
    send: (reply: Uint8Array | 'close' | 'cut') => void,
  ): Promise<void> {
    const message = decodeMessage(bytes);
    if (!message?.question) return;
    const { name, type } = message.question;
    const asked: Asked = { message, bytes, name, type, transport, port: from, at: performance.now() };
    const probe = type === 'SOA' && message.edns === undefined;
    (probe ? upstream.probes : upstream.asked).push(asked);
    const reply = probe && !options.scriptProbes ? {} : await upstream.script(asked);
    if (reply === undefined) return;
    for (const one of Array.isArray(reply) ? reply : [reply]) {
      send(one instanceof Uint8Array || typeof one === 'string' ? one : respond(message, one));
    }
  }

  const upstream: ScriptedUpstream = {
    address,
    port: 0,
    endpoint: '',
    asked: [],
    probes: [],
    count: (name, type) =>
      upstream.asked.filter((asked) => asked.name === name && (type === undefined || asked.type === type))
        .length,
    script,
    setRunning: (wanted) => (wanted ? open() : shut()),
    close: shut,
  };
  await open();
  return Object.assign(upstream, { port, endpoint: `${address}:${port}` });
}
