import {
  BADVERS,
  CLASS_IN,
  decodeHeader,
  decodeMessage,
  EDE,
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
import { encodeResponse, errorResponse, makeResponse, type Transport } from './response.ts';
import type { ZoneSet } from './zone-set.ts';

export type AnswerContext = {
  /** True for an authority (AA, no RA, referrals); false for the resolver of a VPC (RA, no AA, nothing but whole answers). */
  authoritative: boolean;
  /** UDP responses keep to the size the client takes, and to 1232 bytes; TCP ones to 65535. */
  transport: Transport;
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
  const header = decodeHeader(packet);
  if (header === undefined || header.flags.qr) return { kind: 'ignored' };
  const { transport } = context;
  const bare: Message = {
    ...header,
    rcode: 0,
    question: undefined,
    answers: [],
    authorities: [],
    additionals: [],
  };
  const fail = (query: Message, rcode: number, text?: string, code: number = EDE.notSupported): Answer => ({
    kind: 'answer',
    response: errorResponse(query, rcode, transport, text === undefined ? undefined : { code, text }),
  });
  if (header.flags.opcode !== OPCODE_QUERY) return fail(bare, NOTIMP);
  const query = decodeMessage(packet);
  if (query?.question === undefined || query.answers.length > 0 || query.authorities.length > 0)
    return fail(bare, FORMERR);
  const { question } = query;
  if (query.edns && query.edns.version > 0) return fail(query, BADVERS);
  if (question.class !== CLASS_IN) return fail(query, REFUSED, 'only class IN is served');
  if (question.type === 'AXFR' || question.type === 'IXFR')
    return fail(query, REFUSED, 'zones are not transferred');
  if (question.type !== 'ANY' && isMetaType(typeNumber(question.type)!)) return fail(query, NOTIMP);
  const resolution = resolve(zones, question.name, question.type, context.random);
  if (resolution.end?.kind === 'loop' && !context.authoritative) {
    return fail(query, SERVFAIL, `the aliases of ${question.name} lead nowhere`, EDE.other);
  }
  return conclude({ ...query, question }, resolution, context);
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
