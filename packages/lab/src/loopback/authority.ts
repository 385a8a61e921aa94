import { decodeMessage, type Message, NXDOMAIN, type Question } from '@pointsman/core/dns';
import {
  answerQuery,
  encodeResponse,
  type Handle,
  makeResponse,
  type ZoneSet,
  zoneFor,
} from '@pointsman/zones';
import type { Forwarded, Forwards } from './forwards.ts';
import { NO_PUBLIC_DNS, refusal } from './refusal.ts';

/** The AA flag, in the third byte of a message. */
const AA = 0x04;

/**
 * One server of an authority: it answers its own zones, forwards the names below its forwarded suffixes, and follows aliases between the two, as
 * the server does that the clients of a data centre ask. Other names are refused.
 */
export function playAuthority(current: () => ZoneSet, forwards: Forwards): Handle {
  return async (packet, { transport }) => {
    const zones = current();
    const context = { transport, random: Math.random };
    const answer = answerQuery(zones, packet, { ...context, authoritative: false });
    switch (answer.kind) {
      case 'ignored':
        return undefined;
      case 'answer':
        return isOwn(zones, packet) ? markAuthoritative(answer.response) : answer.response;
      case 'outside': {
        const { query } = answer;
        const forwarded = await forwards.ask(questionOf(query, query.question));
        if (forwarded)
          return encodeResponse(query, makeResponse(query, { ...forwarded, ra: true }), transport);
        const referral = answerQuery(zones, packet, { ...context, authoritative: true });
        return referral.kind === 'answer' ? referral.response : refusal(packet, transport, NO_PUBLIC_DNS);
      }
      case 'open': {
        const query = decodeMessage(packet)!;
        const rest = await forwards.ask({ ...questionOf(query, query.question!), name: answer.next });
        return rest ? encodeResponse(query, completed(answer.message, rest), transport) : answer.response;
      }
    }
  };
}

/** True for a question that one of the authority's own zones covers: public names are not its own. */
function isOwn(zones: ZoneSet, packet: Uint8Array): boolean {
  const question = decodeMessage(packet)?.question;
  return question !== undefined && zoneFor(zones, question.name, question.type)?.kind === 'external';
}

function questionOf(query: Message, question: Question) {
  return { name: question.name, type: question.type, dnssecOk: query.edns?.do ?? false };
}

/** The aliases that our zones have, and where they led. */
function completed(message: Message, { rcode, answers, authorities }: Forwarded): Message {
  const flags = { ...message.flags, aa: true };
  return { ...message, flags, rcode, answers: [...message.answers, ...answers], authorities };
}

/** An answer from the zones (or that there is none) is authoritative; an error is not. */
function markAuthoritative(response: Uint8Array): Uint8Array {
  const rcode = response[3]! & 0x0f;
  if (rcode === 0 || rcode === NXDOMAIN) response[2]! |= AA;
  return response;
}
