import { type Name, parseName } from '@pointsman/core/dns';
import { ask } from '../../client/ask.ts';
import { DNS_PORT } from '../world/world-plan.ts';

/** A member's address, and the namespace of its VPC's router, which no failing availability zone keeps from asking. */
export type AskedMember = { name: string; address: string; namespace: string };

export type AnswerWatch = {
  /** True where the member answered last time. `name`: `main/a`. */
  answers: (name: string) => boolean;
  stop: () => void;
};

/** Milliseconds between two questions to a member, and for its answer. */
const INTERVAL = 500;
const PATIENCE = 1000;
/** Whoever answers DNS says something to this, and goes nowhere for it. */
const QUESTION: { name: Name; type: string } = { name: parseName('localhost'), type: 'A' };

/** Asks every member again and again, from within its VPC. A member answers until one question after another is lost. */
export function watchAnswers(members: readonly AskedMember[]): AnswerWatch {
  const answering = new Set<string>();
  const missed = new Set<string>();
  const look = async ({ name, address, namespace }: AskedMember) => {
    const server = { address, port: DNS_PORT };
    const reply = await ask({ server, namespace, ...QUESTION, patience: PATIENCE, tries: 1 });
    if (reply.ok) {
      answering.add(name);
      missed.delete(name);
    } else if (missed.has(name)) answering.delete(name);
    else missed.add(name);
  };
  const timer = setInterval(() => {
    for (const member of members) void look(member);
  }, INTERVAL);
  return { answers: (name) => answering.has(name), stop: () => clearInterval(timer) };
}
