/** Responses from lines of a zone file, and the lines of a response: what scenarios write and read. */
import {
  CLASS_IN,
  decodeExtendedError,
  type ExtendedError,
  encodeExtendedError,
  encodeMessage,
  type Message,
  NO_FLAGS,
  parseName,
  type ResourceRecord,
  rcodeName,
  rcodeNumber,
  rdataFromText,
  rdataToText,
} from '@pointsman/core/dns';

export type Content = {
  /** Mnemonic; NOERROR where it is left out. */
  rcode?: string;
  /** `OWNER TTL TYPE RDATA`, names absolute. */
  answers?: readonly string[];
  authorities?: readonly string[];
  additionals?: readonly string[];
  flags?: Partial<Message['flags']>;
  /** An OPT record in the response: as the query has one, where it is left out. */
  edns?: boolean;
  /** In that OPT record. */
  extendedError?: ExtendedError;
};

export function record(line: string): ResourceRecord {
  const [, owner, ttl, type, data] = /^(\S+) (\d+) (\S+) (.*)$/.exec(line)!;
  return {
    name: parseName(owner!),
    type: type!,
    class: CLASS_IN,
    ttl: Number(ttl),
    data: rdataFromText(type!, data!, '.'),
  };
}

/** The bytes of a response to `query`. */
export function respond(query: Message, content: Content = {}): Uint8Array {
  const { edns = query.edns !== undefined, extendedError } = content;
  const options = extendedError ? [encodeExtendedError(extendedError)] : [];
  return encodeMessage({
    id: query.id,
    flags: { ...NO_FLAGS, qr: true, rd: query.flags.rd, ra: true, cd: query.flags.cd, ...content.flags },
    rcode: rcodeNumber(content.rcode ?? 'NOERROR')!,
    question: query.question,
    answers: (content.answers ?? []).map(record),
    authorities: (content.authorities ?? []).map(record),
    additionals: (content.additionals ?? []).map(record),
    ...(edns && { edns: { udpSize: 1232, version: 0, do: query.edns?.do ?? false, options } }),
  });
}

export function rcodeOf(message: Message): string {
  return rcodeName(message.rcode);
}

/** `OWNER TYPE RDATA` of each answer record, TTLs left out. */
export function answersOf(message: Message): string[] {
  return message.answers.map(({ name, type, data }) => `${name} ${type} ${rdataToText(type, data)}`);
}

export function authoritiesOf(message: Message): string[] {
  return message.authorities.map(({ name, type, data }) => `${name} ${type} ${rdataToText(type, data)}`);
}

/** Its extended error (RFC 8914); undefined where it has none. */
export function extendedErrorOf(message: Message): { code: number; text: string } | undefined {
  for (const option of message.edns?.options ?? []) {
    const error = decodeExtendedError(option);
    if (error) return error;
  }
  return undefined;
}
