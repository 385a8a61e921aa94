import {
  decodeExtendedError,
  EDE,
  type ExtendedError,
  encodeExtendedError,
  type Message,
} from '@pointsman/core/dns';
import { put16, u16 } from './wire.ts';

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

/** So much of what another server says is passed on. */
const MAX_SAID = 100;

/** The text of the first extended error among EDNS options, bytes [start, end), in printable ASCII and not too long; empty where there is none. */
export function textAmong(bytes: Uint8Array, start: number, end: number): string {
  for (let at = start; at + 4 <= end; ) {
    const next = at + 4 + u16(bytes, at + 2);
    if (next > end) return '';
    const error = decodeExtendedError({ code: u16(bytes, at), data: bytes.subarray(at + 4, next) });
    if (error) return printable(error.text);
    at = next;
  }
  return '';
}

function printable(text: string): string {
  const clean = text
    .slice(0, 4 * MAX_SAID)
    .replace(/[^\x21-\x7e]+/g, ' ')
    .trim();
  return clean.length > MAX_SAID ? `${clean.slice(0, MAX_SAID - 3)}...` : clean;
}

/** Why a response is what it is, where it says so. */
export function reasonOf(message: Message): ExtendedError | undefined {
  for (const option of message.edns?.options ?? []) {
    const reason = decodeExtendedError(option);
    if (reason) return reason;
  }
  return undefined;
}
