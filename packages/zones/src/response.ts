import {
  decodeHeader,
  decodeMessage,
  type ExtendedError,
  encodeExtendedError,
  encodeMessage,
  type Message,
  type ResourceRecord,
  UDP_PAYLOAD,
} from '@pointsman/core/dns';

export type Transport = 'udp' | 'tcp';

/**
 * The query in a packet; without its question where it is malformed. Undefined for what is not to be answered: a response (two servers
 * would answer each other for ever), or too few bytes.
 */
export function readQuery(packet: Uint8Array): Message | undefined {
  const header = decodeHeader(packet);
  if (header === undefined || header.flags.qr) return undefined;
  return (
    decodeMessage(packet) ?? {
      ...header,
      question: undefined,
      answers: [],
      authorities: [],
      additionals: [],
    }
  );
}

/** The response to a query: its ID, question, RD and CD; an OPT record where it had one, with DO as it was (RFC 3225 §3). */
export function makeResponse(
  query: Message,
  content: {
    rcode: number;
    aa?: boolean;
    ra?: boolean;
    answers?: ResourceRecord[];
    authorities?: ResourceRecord[];
    additionals?: ResourceRecord[];
    extendedError?: ExtendedError | undefined;
  },
): Message {
  const { opcode, rd, cd } = query.flags;
  const options = content.extendedError ? [encodeExtendedError(content.extendedError)] : [];
  return {
    id: query.id,
    flags: {
      qr: true,
      opcode,
      aa: content.aa ?? false,
      tc: false,
      rd,
      ra: content.ra ?? false,
      ad: false,
      cd,
    },
    rcode: content.rcode,
    question: query.question,
    answers: content.answers ?? [],
    authorities: content.authorities ?? [],
    additionals: content.additionals ?? [],
    ...(query.edns && { edns: { udpSize: UDP_PAYLOAD, version: 0, do: query.edns.do, options } }),
  };
}

/** The bytes of a response, cut to what its way to the client takes. */
export function encodeResponse(query: Message, response: Message, transport: Transport): Uint8Array {
  const size = Math.max(512, query.edns?.udpSize ?? 0);
  return encodeMessage(response, { maxBytes: transport === 'tcp' ? 0xffff : Math.min(size, UDP_PAYLOAD) });
}

/** A response without records. The extended error (RFC 8914) goes only to clients that sent an OPT record. */
export function errorResponse(
  query: Message,
  rcode: number,
  transport: Transport,
  extendedError?: ExtendedError,
): Uint8Array {
  return encodeResponse(query, makeResponse(query, { rcode, extendedError }), transport);
}
