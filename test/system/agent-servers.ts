import type { TestContext } from 'node:test';
import { decodeMessage, encodeMessage } from '@pointsman/core/dns';
import { bindUdp } from '@pointsman/forwarder/namespace';

/** Answers every name with the same address, or nothing. */
export async function playUpstream(
  t: Pick<TestContext, 'after'>,
  { namespace, address }: { namespace: string; address: string },
  upstream: { answers: boolean },
): Promise<void> {
  const socket = await bindUdp({ namespace, address, port: 53 });
  t.after(() => socket.close());
  socket.on('message', (bytes, from) => {
    const query = decodeMessage(bytes);
    if (!query?.question || !upstream.answers) return;
    const { edns: _, ...rest } = query;
    const { name, type } = query.question;
    const data = Uint8Array.of(10, 0, 0, 1);
    const answers = type === 'A' ? [{ name, type, class: 1, ttl: 0, data }] : [];
    socket.send(
      encodeMessage({ ...rest, flags: { ...query.flags, qr: true, ra: true }, answers }),
      from.port,
      from.address,
    );
  });
}

/** Milliseconds. */
const PATIENCE = 1000;

/** Asks an address for a name that nobody has asked for before; undefined where nothing comes within a second. */
export type Ask = (address: string, domain?: string) => Promise<string | undefined>;

/** A client of a VPC, at its addresses: one of each family. */
export async function startClient(
  t: Pick<TestContext, 'after'>,
  namespace: string,
  addresses: readonly string[],
): Promise<Ask> {
  const sockets = await Promise.all(
    addresses.map(async (address) => ({ address, socket: await bindUdp({ namespace, address, port: 0 }) })),
  );
  const waiting = new Map<number, (answer: string) => void>();
  for (const { socket } of sockets) {
    t.after(() => socket.close());
    socket.on('message', (bytes) => {
      const message = decodeMessage(bytes);
      const [answer] = message?.answers ?? [];
      if (message) waiting.get(message.id)?.(answer ? answer.data.join('.') : `RCODE ${message.rcode}`);
    });
  }
  let nextId = 1;
  return async (server, domain = 'corp.example') => {
    const id = nextId++ % 0x10000;
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    waiting.set(id, resolve);
    const timer = setTimeout(() => resolve(undefined), PATIENCE);
    const { socket } = sockets.find(({ address }) => address.includes(':') === server.includes(':'))!;
    socket.send(encodeMessage(queryFor(id, `n${id}.${domain}.`)), 53, server, () => {});
    return promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(id);
    });
  };
}

function queryFor(id: number, name: string) {
  const flags = { qr: false, opcode: 0, aa: false, tc: false, rd: true, ra: false, ad: false, cd: false };
  const question = { name, type: 'A', class: 1 };
  return { id, flags, rcode: 0, question, answers: [], authorities: [], additionals: [] };
}
