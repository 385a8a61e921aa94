import type { EdnsOption } from './message.ts';

/** Extended DNS errors (RFC 8914): why an answer is what it is, in an EDNS option. */
export type ExtendedError = { code: number; text: string };

export const EXTENDED_ERROR_OPTION = 15;

/** The codes that are used here (the IANA registry "Extended DNS Error Codes"). */
export const EDE = {
  other: 0,
  staleAnswer: 3,
  cachedError: 13,
  notReady: 14,
  prohibited: 18,
  staleNxdomainAnswer: 19,
  notAuthoritative: 20,
  notSupported: 21,
  noReachableAuthority: 22,
  networkError: 23,
  invalidData: 24,
} as const;

export function encodeExtendedError(error: ExtendedError): EdnsOption {
  const text = new TextEncoder().encode(error.text);
  const data = new Uint8Array(2 + text.length);
  data[0] = error.code >> 8;
  data[1] = error.code;
  data.set(text, 2);
  return { code: EXTENDED_ERROR_OPTION, data };
}

/** Undefined for another option, or one too short. A final NUL, which some servers send, is taken off (RFC 8914 §2). */
export function decodeExtendedError({ code, data }: EdnsOption): ExtendedError | undefined {
  if (code !== EXTENDED_ERROR_OPTION || data.length < 2) return undefined;
  const end = data.length > 2 && data[data.length - 1] === 0 ? data.length - 1 : data.length;
  return { code: (data[0]! << 8) | data[1]!, text: new TextDecoder().decode(data.subarray(2, end)) };
}
