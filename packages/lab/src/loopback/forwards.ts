import {
  decodeExtendedError,
  EDE,
  type Edns,
  type ExtendedError,
  type Message,
  type Name,
  parentOf,
  SERVFAIL,
  UDP_PAYLOAD,
} from '@pointsman/core/dns';
import { ask } from '../client/ask.ts';
import type { WorldAuthority } from './world-plan.ts';

/** What came of a question that was forwarded. */
export type Forwarded = Pick<Message, 'rcode' | 'answers' | 'authorities'> & {
  extendedError?: ExtendedError | undefined;
};

export type ForwardQuestion = { name: Name; type: string; dnssecOk: boolean };

/** Milliseconds for one server; two rounds over three of them end within the five seconds that stub resolvers wait. */
const PATIENCE = 700;
const ROUNDS = 2;

/** Conditional forwarding, as the DNS servers of a data centre have it: for each suffix some servers, asked one after the other. */
export type Forwards = {
  /** Asks the servers of the longest suffix that covers the name; undefined where none does. Never rejects. */
  ask: (question: ForwardQuestion) => Promise<Forwarded> | undefined;
};

/** `source`: the server's own address. `namespace`: the network namespace that it is in, where that is not ours. */
export function makeForwards(
  authority: WorldAuthority,
  source: string,
  port: number,
  namespace?: string,
): Forwards {
  const rules = new Map(authority.forwards.map(({ suffix, upstreams }) => [suffix, upstreams]));
  /** The server that answered last, by list: it is asked first. */
  const preferred = new Map<readonly string[], string>();
  const forward = async (upstreams: readonly string[], question: ForwardQuestion): Promise<Forwarded> => {
    const failures = new Map<string, string>();
    for (let round = 0; round < ROUNDS; round++) {
      const first = preferred.get(upstreams) ?? upstreams[0]!;
      for (const address of [first, ...upstreams.filter((each) => each !== first)]) {
        const reply = await ask({
          server: { address, port },
          source,
          ...(namespace !== undefined && { namespace }),
          name: question.name,
          type: question.type,
          edns: ednsFor(question),
          patience: PATIENCE,
          tries: 1,
        });
        if (reply.ok && reply.message.rcode !== SERVFAIL) {
          preferred.set(upstreams, address);
          return { ...reply.message, extendedError: extendedErrorOf(reply.message) };
        }
        failures.set(address, reply.ok ? describeServfail(reply.message) : reply.detail);
      }
    }
    const text = [...failures].map(([address, failure]) => `${address}: ${failure}`).join('; ');
    return {
      rcode: SERVFAIL,
      answers: [],
      authorities: [],
      extendedError: { code: EDE.noReachableAuthority, text },
    };
  };
  return {
    ask: (question) => {
      for (let at: Name | undefined = question.name; at !== undefined; at = parentOf(at)) {
        const upstreams = rules.get(at);
        if (upstreams) return forward(upstreams, question);
      }
      return undefined;
    },
  };
}

function ednsFor({ dnssecOk }: ForwardQuestion): Edns {
  return { udpSize: UDP_PAYLOAD, version: 0, do: dnssecOk, options: [] };
}

function extendedErrorOf(message: Message): ExtendedError | undefined {
  return message.edns?.options.map(decodeExtendedError).find((each) => each !== undefined);
}

function describeServfail(message: Message): string {
  const reason = extendedErrorOf(message)?.text;
  return reason ? `SERVFAIL (${reason})` : 'SERVFAIL';
}
