import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import {
  decodeExtendedError,
  decodeMessage,
  EDE,
  encodeQuery,
  type Message,
  type Name,
  NOERROR,
  NXDOMAIN,
  REFUSED,
} from '@pointsman/core/dns';

/** A question to the engine: of a forwarding rule, or of none. */
export type EngineQuestion = { name: Name; type: string };

/**
 * What came back. Only silence says something against the engine: with `failed` it says itself that no upstream gives an answer, and which
 * did what, in an extended error (RFC 8914).
 */
export type EngineReply = {
  state: 'answered' | 'stale' | 'failed' | 'refused' | 'silent';
  detail: string;
};

/**
 * Asks the engine at one of its own addresses, from that address, all questions at once.
 * `patience`: milliseconds for each. After the signal nobody waits: what has not come is silent.
 */
export async function askEngine(
  at: { address: string; port: number },
  questions: readonly EngineQuestion[],
  patience: number,
  signal: AbortSignal,
): Promise<EngineReply[]> {
  const packets = questions.map((question) => encodeQuery({ id: 0, ...question }));
  const heard = await exchange(at, packets, patience, signal);
  return heard.map((bytes) => readReply(bytes && decodeMessage(bytes)));
}

/** A query of the opcode STATUS (RFC 1035, section 4.1.1): whatever it forwards, an engine that runs refuses that at once. */
export async function feelPulse(
  at: { address: string; port: number },
  patience: number,
  signal: AbortSignal,
): Promise<boolean> {
  const packet = encodeQuery({ id: 0, name: '.', type: 'SOA', edns: false });
  packet[2] = (packet[2]! & 0x87) | (OPCODE_STATUS << 3);
  const [reply] = await exchange(at, [packet], patience, signal);
  return reply !== undefined;
}

const OPCODE_STATUS = 2;
const HEADER = 12;

/** The packets that come back, in the order of the questions. The IDs are given here; they tell which answers what. */
async function exchange(
  { address, port }: { address: string; port: number },
  packets: readonly Uint8Array[],
  patience: number,
  signal: AbortSignal,
): Promise<(Uint8Array | undefined)[]> {
  const replies: (Uint8Array | undefined)[] = packets.map(() => undefined);
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  const first = randomInt(0x10000);
  let missing = packets.length;
  const done = Promise.withResolvers<void>();
  socket.on('error', () => done.resolve());
  socket.on('message', (bytes, from) => {
    if (from.address !== address || from.port !== port || bytes.length < HEADER || (bytes[2]! & 0x80) === 0)
      return;
    const index = (((bytes[0]! << 8) | bytes[1]!) - first + 0x10000) % 0x10000;
    if (index >= packets.length || replies[index]) return;
    replies[index] = bytes;
    if (--missing === 0) done.resolve();
  });
  const timer = setTimeout(done.resolve, patience);
  const giveUp = () => done.resolve();
  signal.addEventListener('abort', giveUp);
  if (signal.aborted) giveUp();
  try {
    // From the engine's own address: that is how its clients come to it, and it shows that the address is here.
    socket.bind(0, address);
    await Promise.race([once(socket, 'listening'), done.promise]);
    for (const [index, packet] of packets.entries()) {
      const id = (first + index) % 0x10000;
      const sent = Uint8Array.from(packet);
      [sent[0], sent[1]] = [id >> 8, id & 255];
      socket.send(sent, port, address, () => {});
    }
    if (missing > 0) await done.promise;
  } catch {
    // The address is not here: nobody has answered.
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    socket.close();
  }
  return replies;
}

function readReply(message: Message | undefined): EngineReply {
  if (!message) return { state: 'silent', detail: 'no answer' };
  const errors = (message.edns?.options ?? []).map(decodeExtendedError).filter((each) => each !== undefined);
  const detail = errors.map(({ text }) => text).join('; ');
  if (errors.some(({ code }) => code === EDE.staleAnswer || code === EDE.staleNxdomainAnswer))
    return { state: 'stale', detail };
  if (message.rcode === NOERROR || message.rcode === NXDOMAIN) return { state: 'answered', detail };
  return { state: message.rcode === REFUSED ? 'refused' : 'failed', detail };
}
