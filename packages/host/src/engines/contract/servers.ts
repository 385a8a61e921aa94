import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { decodeMessage, encodeMessage, encodeQuery, type Message, type Name } from '@pointsman/core/dns';

/** Both ends of an engine under test: upstreams that answer by a function, and clients. All of it ends with the test. */

/** What an upstream says: an address and its TTL, NXDOMAIN, or nothing at all. */
export type Answer = { address: string; ttl: number } | 'NXDOMAIN' | 'silence';

export type Upstream = {
  endpoint: string /** Names of all questions but probes. */;
  asked: Name[];
  sources: Set<string>;
  close: () => Promise<void>;
};

const NXDOMAIN = 3;

export async function startUpstream(
  t: TestContext,
  answer: (name: Name) => Answer,
  at: { address: string; port?: number },
): Promise<Upstream> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 2 ** 21 });
  const asked: Name[] = [];
  const sources = new Set<string>();
  socket.on('message', (bytes, from) => {
    const query = decodeMessage(bytes);
    if (!query?.question) return;
    const { name, type } = query.question;
    sources.add(from.address);
    if (type !== 'SOA') asked.push(name);
    const reply = answer(name);
    if (reply !== 'silence') socket.send(encodeMessage(respond(query, reply)), from.port, from.address);
  });
  socket.bind(at.port ?? 0, at.address);
  await once(socket, 'listening');
  const close = closing(socket);
  t.after(close);
  return { endpoint: `${at.address}:${socket.address().port}`, asked, sources, close };
}

function respond(query: Message, answer: Exclude<Answer, 'silence'>): Message {
  const { name, type } = query.question!;
  const has = answer !== 'NXDOMAIN' && type === 'A';
  const { edns: _, ...rest } = query;
  return {
    ...rest,
    flags: { ...query.flags, qr: true, aa: true, ra: true },
    rcode: answer === 'NXDOMAIN' ? NXDOMAIN : 0,
    answers: has
      ? [
          {
            name,
            type,
            class: 1,
            ttl: answer.ttl,
            data: Uint8Array.from(answer.address.split('.').map(Number)),
          },
        ]
      : [],
  };
}

/** The address that was answered, or the RCODE; `none` where nothing came in time. */
export type Asked = string;

export type Client = { ask: (name: Name, patience?: number) => Promise<Asked>; close: () => Promise<void> };

const PATIENCE = 8000;

/** A stub resolver that asks once, from an address of its own. */
export async function startClient(t: TestContext, server: string, source = '127.0.0.1'): Promise<Client> {
  const [address, port] = server.split(':') as [string, string];
  const socket = createSocket({ type: 'udp4', recvBufferSize: 2 ** 21 });
  const waiting = new Map<number, (answer: Asked) => void>();
  socket.on('message', (bytes) => {
    const message = decodeMessage(bytes);
    if (message) waiting.get(message.id)?.(describe(message));
  });
  socket.on('error', () => {});
  socket.bind(0, source);
  await once(socket, 'listening');
  const close = closing(socket);
  t.after(close);
  let next = 0;
  return {
    close,
    ask: (name, patience = PATIENCE) =>
      new Promise((resolve) => {
        const id = next++ & 0xffff;
        const settle = (answer: Asked) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(answer);
        };
        const timer = setTimeout(() => settle('none'), patience);
        waiting.set(id, settle);
        socket.send(encodeQuery({ id, name, type: 'A' }), Number(port), address, () => {});
      }),
  };
}

const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

function describe({ rcode, answers }: Message): Asked {
  return answers.at(-1)?.data.join('.') ?? RCODES[rcode]!;
}

function closing(socket: Socket): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= new Promise((resolve) => socket.close(() => resolve()));
    return closed;
  };
}

/** Waits until the condition holds; the test's own time-out ends a wait that is in vain. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
