import {
  BADVERS,
  CLASS_IN,
  EDE,
  type ExtendedError,
  FORMERR,
  isMetaType,
  type Message,
  type Name,
  NOTIMP,
  OPCODE_QUERY,
  type Question,
  REFUSED,
  SERVFAIL,
  typeNumber,
} from '@pointsman/core/dns';
import { type Resolution, resolve } from './resolve.ts';
import { encodeResponse, makeResponse, readQuery, type Transport } from './response.ts';
import type { ZoneSet } from './zone-set.ts';

export type AnswerContext = {
  /** True for an authority (AA, no RA, referrals); false for the resolver of a VPC (RA, no AA, nothing but whole answers). */
  authoritative: boolean;
  /** UDP responses keep to the size the client takes, and to 1232 bytes; TCP ones to 65535. */
  transport: Transport;
  /** The address that asks, where IP-based record sets are to choose by it. */
  client?: string | undefined;
  /** From 0 up to, not including, 1: where the records of a set begin. */
  random: () => number;
};

export type Answer =
  /** Send `response`. */
  | { kind: 'answer'; response: Uint8Array }
  /**
   * Aliases lead to `next`, which no zone of the set covers (or, for a resolver, which lies below a cut). `response` has the aliases
   * and is right as it stands for an authority; a resolver asks elsewhere for `next` and completes `message`.
   */
  | { kind: 'open'; response: Uint8Array; message: Message; next: Name }
  /** No zone of the set covers the name (or, for a resolver, it lies below a cut). */
  | { kind: 'outside'; query: Message & { question: Question } }
  /** Send nothing: this is no query, or too short to be anything. */
  | { kind: 'ignored' };

/** What a set of zones answers to a packet. Never throws, whatever the packet is. */
export function answerQuery(zones: ZoneSet, packet: Uint8Array, context: AnswerContext): Answer {
  const query = readQuery(packet);
  if (query === undefined) return { kind: 'ignored' };
  const { question } = query;
  const failure = findFailure(query);
  if (failure !== undefined || question === undefined)
    return fail(query, failure ?? { rcode: FORMERR }, context);
  const resolution = resolve(zones, question.name, question.type, context.random, context.client);
  if (resolution.end?.kind === 'loop') {
    const text = `the aliases of ${question.name} lead nowhere`;
    return fail(query, { rcode: SERVFAIL, extendedError: { code: EDE.other, text } }, context);
  }
  return conclude({ ...query, question }, resolution, context);
}

type Failure = { rcode: number; extendedError?: ExtendedError };

/** Why a query is not looked up at all. */
function findFailure(query: Message): Failure | undefined {
  const { question, edns, flags } = query;
  if (flags.opcode !== OPCODE_QUERY) return { rcode: NOTIMP };
  if (question === undefined || query.answers.length + query.authorities.length > 0)
    return { rcode: FORMERR };
  if (edns && edns.version > 0) return { rcode: BADVERS };
  if (question.class !== CLASS_IN) return refuse('only class IN is served');
  if (question.type === 'AXFR' || question.type === 'IXFR') return refuse('zones are not transferred');
  return question.type !== 'ANY' && isMetaType(typeNumber(question.type)!) ? { rcode: NOTIMP } : undefined;
}

function refuse(text: string): Failure {
  return { rcode: REFUSED, extendedError: { code: EDE.notSupported, text } };
}

function fail(query: Message, failure: Failure, { authoritative, transport }: AnswerContext): Answer {
  const message = makeResponse(query, { ...failure, ra: !authoritative });
  return { kind: 'answer', response: encodeResponse(query, message, transport) };
}

function conclude(
  query: Message & { question: Question },
  resolution: Resolution,
  context: AnswerContext,
): Answer {
  const { authoritative, transport } = context;
  const { answers, end, rcode } = resolution;
  const open = end?.kind === 'outside' || (end?.kind === 'referral' && !authoritative);
  if (open && answers.length === 0) return { kind: 'outside', query };
  const message = makeResponse(query, {
    rcode,
    aa: authoritative && (end?.kind !== 'referral' || answers.length > 0),
    ra: !authoritative,
    answers,
    authorities: open ? [] : resolution.authorities,
    additionals: open ? [] : resolution.additionals,
  });
  const response = encodeResponse(query, message, transport);
  return open ? { kind: 'open', response, message, next: end!.name } : { kind: 'answer', response };
}
