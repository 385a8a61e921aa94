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
/** Milliseconds without any answer after which a server is silent: one packet may be lost. */
const PATIENCE = 1000;
/** Whoever answers DNS says something to this, and goes nowhere for it. */
const QUESTION: { name: Name; type: string } = { name: parseName('localhost'), type: 'A' };

/** Each client asks each of its servers again and again; any answer counts. Gives what ends it. */
export function startProbes(
  clients: readonly ProbingClient[],
  see: (address: string, network: string, answers: boolean) => void,
): () => void {
  const pairs = clients.flatMap(({ network, ask, nameservers }) =>
    nameservers.map((server) => ({ network, ask, server, answeredAt: 0 })),
  );
  let isEnded = false;
  const probe = async (pair: (typeof pairs)[number]) => {
    const sentAt = performance.now();
    const reply = await pair.ask(pair.server, QUESTION, PATIENCE);
    const answers = reply !== 'silent' && reply !== 'unreachable';
    if (answers) pair.answeredAt = performance.now();
    // A later probe may have been answered while this one was waited for; and who never answered has not fallen silent.
    const isSilent = pair.answeredAt > 0 && pair.answeredAt < sentAt;
    if (!isEnded && (answers || isSilent)) see(pair.server, pair.network, answers);
  };
  const timer = setInterval(() => {
    for (const pair of pairs) void probe(pair);
  }, INTERVAL);
  return () => {
    isEnded = true;
    clearInterval(timer);
  };
}
