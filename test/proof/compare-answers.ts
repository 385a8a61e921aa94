import { parseEndpoint } from '@pointsman/core/address';
import { type Message, rcodeName, rdataToText } from '@pointsman/core/dns';
import type { Trace } from '@pointsman/core/verify';
import { ask, type WorldClient } from '@pointsman/lab';
import type { Question } from './questions.ts';

/** What a stub resolver gets: the first answer of its resolvers in order; where none gives one, the first that says anything. */
export type Measured = { rcode: string; answers: string[] } | 'silent';

/** Longer than anything here takes to give up. */
const PATIENCE = 8000;

/** `namespace`: the client's own network namespace, where it has one. */
export async function measure(
  client: WorldClient,
  { name, type }: Question,
  namespace?: string,
): Promise<Measured> {
  let first: Measured = 'silent';
  for (const resolver of client.resolvers) {
    const { address, port } = parseEndpoint(resolver) as { address: string; port: number };
    const reply = await ask({
      server: { address, port },
      ...(namespace === undefined ? { source: client.loopback } : { namespace }),
      name,
      type,
      patience: PATIENCE,
      tries: 1,
    });
    if (!reply.ok) continue;
    const measured = inWords(reply.message);
    if (measured.rcode === 'NOERROR' || measured.rcode === 'NXDOMAIN') return measured;
    if (first === 'silent') first = measured;
  }
  return first;
}

function inWords({ rcode, answers }: Message): { rcode: string; answers: string[] } {
  return {
    rcode: rcodeName(rcode),
    answers: answers.map(({ name, type, data }) => `${name} ${type} ${rdataToText(type, data)}`).sort(),
  };
}

/** In words, what is not as the trace has it; undefined where all is, and where the trace leaves it open. */
export function differenceFrom(trace: Trace, measured: Measured): string | undefined {
  if (trace.disposition === 'UNDECIDED') return undefined;
  const { rcode } = trace;
  const got = measured === 'silent' ? 'silence' : `${measured.rcode} ${measured.answers.join(', ')}`;
  if (rcode === 'NOERROR' || rcode === 'NXDOMAIN') {
    const answers = trace.answers?.map(({ name, type, data }) => `${name} ${type} ${data}`).sort();
    const isSame =
      measured !== 'silent' &&
      measured.rcode === rcode &&
      (answers === undefined || answers.join() === measured.answers.join());
    return isSame
      ? undefined
      : `${trace.disposition} ${rcode} ${answers?.join(', ') ?? ''}, but it was ${got}`;
  }
  const failed = measured === 'silent' || (measured.rcode !== 'NOERROR' && measured.rcode !== 'NXDOMAIN');
  return failed ? undefined : `${trace.disposition} ${rcode ?? 'silence'}, but it was ${got}`;
}
