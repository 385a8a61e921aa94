import { decodeHeader, decodeMessage, EDE, type ExtendedError, REFUSED } from '@pointsman/core/dns';
import { errorResponse, type Transport } from '@pointsman/zones';

/** REFUSED, with the reason in an extended error; undefined where the packet is no query. */
export function refusal(
  packet: Uint8Array,
  transport: Transport,
  reason: ExtendedError,
): Uint8Array | undefined {
  const header = decodeHeader(packet);
  if (header === undefined || header.flags.qr) return undefined;
  const bare = { ...header, rcode: 0, question: undefined, answers: [], authorities: [], additionals: [] };
  return errorResponse(decodeMessage(packet) ?? bare, REFUSED, transport, reason);
}

/** Why a name that no zone covers has no answer here. */
export const NO_PUBLIC_DNS: ExtendedError = {
  code: EDE.notAuthoritative,
  text: 'the local world has no public DNS; a zone of kind public gives it names',
};
