import { CLASS_IN, NOERROR, rcodeName } from '../dns/codes.ts';
import type { Message } from '../dns/message.ts';
import type { Name } from '../dns/name.ts';
import { rdataToText } from '../dns/rdata-to-text.ts';

/** A question, as two servers are asked it. */
export type ComparedQuestion = { name: Name; type: string };

/** What a server said, or why it said nothing. */
export type Answered = { ok: true; message: Message } | { ok: false; detail: string };

/**
 * How two answers to one question differ, in what a client can tell: whether there is one, its RCODE, and the set of records. Texts are for
 * people; `a` and `b` are those of the two servers.
 */
export type Difference =
  /** One of them, or neither, gave an answer; `failures` says why not. */
  | { kind: 'no-answer'; a: string; b: string; failures: { a?: string; b?: string } }
  | { kind: 'rcode'; a: string; b: string }
  /** Records that only one of them gave, each as `NAME TYPE DATA`, sorted. */
  | { kind: 'records'; onlyA: string[]; onlyB: string[] };

/**
 * Undefined where the answers are the same but for their order, TTLs, the case of names, flags, EDNS and the sections beside the
 * answer, which forwarders may leave out (RFC 1034 §4.3.1, RFC 9619). Records of other classes do not count.
 */
export function compareAnswers(a: Answered, b: Answered): Difference | undefined {
  if (!a.ok || !b.ok) {
    const failures = { ...(!a.ok && { a: a.detail }), ...(!b.ok && { b: b.detail }) };
    return { kind: 'no-answer', a: summaryOf(a), b: summaryOf(b), failures };
  }
  if (a.message.rcode !== b.message.rcode) return { kind: 'rcode', a: summaryOf(a), b: summaryOf(b) };
  const recordsA = recordsOf(a.message);
  const recordsB = recordsOf(b.message);
  const onlyA = [...recordsA].filter((record) => !recordsB.has(record)).sort();
  const onlyB = [...recordsB].filter((record) => !recordsA.has(record)).sort();
  return onlyA.length + onlyB.length === 0 ? undefined : { kind: 'records', onlyA, onlyB };
}

/** Names in `data` come out in lower case. */
function recordsOf({ answers }: Message): Set<string> {
  return new Set(
    answers
      .filter((record) => record.class === CLASS_IN)
      .map(({ name, type, data }) => `${name} ${type} ${rdataToText(type, data)}`),
  );
}

/** `NXDOMAIN`, `NOERROR with 2 records`, or why nothing came. */
function summaryOf(answered: Answered): string {
  if (!answered.ok) return answered.detail;
  const { rcode } = answered.message;
  const count = recordsOf(answered.message).size;
  if (count === 0) return rcode === NOERROR ? 'NOERROR without records' : rcodeName(rcode);
  return `${rcodeName(rcode)} with ${count === 1 ? '1 record' : `${count} records`}`;
}
