import {
  decodeExtendedError,
  EDE,
  type ExtendedError,
  encodeExtendedError,
  type Message,
} from '@pointsman/core/dns';
import { put16 } from './wire.ts';

export { EDE };

/** Keeps a response with an extended error well under 512 bytes. */
const MAX_TEXT = 200;

/** An extended DNS error (RFC 8914) as an EDNS option in wire form; a text that is too long is cut. */
export function extendedError(code: number, text: string): Uint8Array {
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 3)}...` : text;
  const { code: optionCode, data } = encodeExtendedError({ code, text: shown });
  const option = new Uint8Array(4 + data.length);
  put16(option, 0, optionCode);
  put16(option, 2, data.length);
  option.set(data, 4);
  return option;
}

/** One of these is sent with every stale answer (RFC 8767, RFC 8914 §4.4): why there is no fresh one. */
export const STALE_FOR = {
  silence: extendedError(EDE.staleAnswer, 'no upstream answers'),
  failure: extendedError(EDE.staleAnswer, 'no upstream gives a usable answer'),
  budget: extendedError(EDE.staleAnswer, 'the packet budget of the upstream is used up'),
};

/** Why a response is what it is, where it says so. */
export function reasonOf(message: Message): ExtendedError | undefined {
  for (const option of message.edns?.options ?? []) {
    const reason = decodeExtendedError(option);
    if (reason) return reason;
  }
  return undefined;
}
