import { type Name, parseName } from '@pointsman/core/dns';
import type { AskServer } from './stub-resolver.ts';

/** A client host, and the servers that its resolv.conf names. */
export type ProbingClient = {
  network: string;
  nameservers: readonly string[];
  ask: AskServer;
};

/** Milliseconds between two probes of one server by one client. */
const INTERVAL = 200;
/** Milliseconds for an answer. */
const PATIENCE = 1000;

/** Whoever answers DNS says something to this, and goes nowhere for it. */
const QUESTION: { name: Name; type: string } = { name: parseName('localhost'), type: 'A' };

/** Each client asks each of its servers again and again; any answer counts. Gives what ends it. */
export function startProbes(
  clients: readonly ProbingClient[],
  see: (address: string, network: string, answers: boolean) => void,
): () => void {
  const pairs = clients.flatMap((client) => client.nameservers.map((server) => ({ client, server })));
  let isEnded = false;
  const probe = async ({ client, server }: (typeof pairs)[number]) => {
    const reply = await client.ask(server, QUESTION, PATIENCE);
    if (!isEnded) see(server, client.network, reply !== 'silent' && reply !== 'unreachable');
  };
  const timer = setInterval(() => {
    for (const pair of pairs) void probe(pair);
  }, INTERVAL);
  return () => {
    isEnded = true;
    clearInterval(timer);
  };
}
