import { randomInt } from 'node:crypto';
import { type Edns, encodeQuery, type Message, type Name } from '@pointsman/core/dns';
import { exchangeTcp } from './exchange-tcp.ts';
import { exchangeUdp } from './exchange-udp.ts';

/** A question to one server. */
export type Ask = {
  server: { address: string; port: number };
  /** The address to ask from; the system's choice where it is absent. */
  source?: string;
  /** The network namespace to ask from, as `ip netns` knows it; our own where it is absent. */
  namespace?: string;
  name: Name;
  /** A mnemonic in capitals: `A`, `PTR`, `TYPE65280`. */
  type: string;
  edns?: Edns | false;
  /** Milliseconds a try may take; 1000 unless told. */
  patience?: number;
  /** How often the question is sent over UDP; 2 unless told. */
  tries?: number;
};

/** `silent`: nothing came in time. `unreachable`: the system says that nobody is there, or that we may not ask from there. */
export type Reply =
  | { ok: true; message: Message; transport: 'udp' | 'tcp'; ms: number }
  | { ok: false; reason: 'silent' | 'unreachable'; detail: string; ms: number };

/** One exchange over one transport, as long as `patience` lasts. */
export type Exchange = (
  query: { bytes: Uint8Array; id: number },
  ask: Ask,
  patience: number,
) => Promise<
  { ok: true; message: Message } | { ok: false; reason: 'silent' | 'unreachable'; detail: string }
>;

/** Asks as a stub resolver does: over UDP, again where nothing comes, and over TCP where the answer is truncated. Never rejects. */
export async function ask(question: Ask): Promise<Reply> {
  const started = performance.now();
  const patience = question.patience ?? 1000;
  const ms = () => performance.now() - started;
  let outcome: Awaited<ReturnType<Exchange>> = { ok: false, reason: 'silent', detail: 'was not asked' };
  for (let left = question.tries ?? 2; left > 0; left--) {
    outcome = await exchangeUdp(makeQuery(question), question, patience);
    if (outcome.ok || outcome.reason === 'unreachable') break;
  }
  if (!outcome.ok) return { ...outcome, ms: ms() };
  if (!outcome.message.flags.tc) return { ...outcome, transport: 'udp', ms: ms() };
  const whole = await exchangeTcp(makeQuery(question), question, patience);
  return whole.ok ? { ...whole, transport: 'tcp', ms: ms() } : { ...whole, ms: ms() };
}

function makeQuery({ name, type, edns }: Ask): { bytes: Uint8Array; id: number } {
  const id = randomInt(0x10000);
  return { id, bytes: encodeQuery({ id, name, type, ...(edns === undefined ? {} : { edns }) }) };
}
