import type { Slot } from '../inflight/slots.ts';
import { OUR_UDP_SIZE } from '../packet/compose.ts';
import { KEY_CHECKING_DISABLED, KEY_DNSSEC_OK } from '../packet/query.ts';
import { AD, CD, CLASS_IN, copy, HEADER_SIZE, put16, RD, TYPE_OPT } from '../packet/wire.ts';

/**
 * Writes the query for a slot's question; returns its length. The ID is the exchange's to set. Recursion is desired, AD asks for the AD
 * bit (RFC 6840 §5.7), DO and CD are as the client's; no option of the client's goes along.
 */
export function writeUpstreamQuery(
  to: Uint8Array,
  question: Pick<Slot, 'key' | 'keyLength' | 'nameLength'>,
  edns: boolean,
): number {
  const bits = question.key[question.nameLength + 2]!;
  put16(to, 2, RD | AD | (bits & KEY_CHECKING_DISABLED ? CD : 0));
  put16(to, 4, 1);
  put16(to, 6, 0);
  put16(to, 8, 0);
  put16(to, 10, edns ? 1 : 0);
  copy(question.key, 0, to, HEADER_SIZE, question.nameLength + 2);
  let at = HEADER_SIZE + question.nameLength + 2;
  put16(to, at, CLASS_IN);
  at += 2;
  if (!edns) return at;
  to[at] = 0;
  put16(to, at + 1, TYPE_OPT);
  put16(to, at + 3, OUR_UDP_SIZE);
  put16(to, at + 5, 0);
  put16(to, at + 7, bits & KEY_DNSSEC_OK ? 0x8000 : 0);
  put16(to, at + 9, 0);
  return at + 11;
}
