/**
 * Responses that cannot be passed on as they are: out-of-rule records are left out, and a CNAME that leaves the rule is followed under
 * the rule that covers its target.
 */
import {
  CLASS_IN,
  decodeMessage,
  encodeMessage,
  isAtOrBelow,
  type Message,
  type Name,
  NO_FLAGS,
  NXDOMAIN,
  nameFromWire,
  nameToWire,
  type ResourceRecord,
  typeMnemonic,
} from '@pointsman/core/dns';
import { matchRule, type RuleSet } from '../rules/rule-set.ts';

/** Records that belong to the answer of one question. */
export type Partial = {
  rcode: number;
  authentic: boolean;
  answers: ResourceRecord[];
  authorities: ResourceRecord[];
  /** The name to ask next, where the chain of CNAMEs goes on elsewhere; `loop` where it came back to itself. */
  open: Name | undefined;
  loop: boolean;
};

const MAX_CHAIN = 16;
const PROOFS = new Set(['NSEC', 'NSEC3', 'RRSIG']);

/** Undefined where the bytes cannot be decoded. */
export function decodePartial(
  bytes: Uint8Array,
  question: { name: Uint8Array; type: number },
  covers: (name: Name) => boolean,
): Partial | undefined {
  const message = decodeMessage(bytes);
  if (!message) return undefined;
  return selectRecords(message, nameFromWire(question.name)!.name, typeMnemonic(question.type), covers);
}

function selectRecords(
  message: Message,
  qname: Name,
  qtype: string,
  covers: (name: Name) => boolean,
): Partial {
  const byOwner = Map.groupBy(
    message.answers.filter((record) => record.class === CLASS_IN),
    ({ name }) => name,
  );
  const result: Partial = {
    rcode: message.rcode,
    authentic: message.flags.ad,
    answers: [],
    authorities: [],
    open: undefined,
    loop: false,
  };
  const seen = new Set<Name>();
  let current = qname;
  let answered = false;
  while (!answered) {
    if (seen.has(current) || seen.size > MAX_CHAIN) return { ...result, loop: true };
    seen.add(current);
    if (current !== qname && !covers(current)) return { ...result, open: current };
    const records = byOwner.get(current) ?? [];
    const wanted = records.filter(({ type }) => type === qtype || qtype === 'ANY');
    const alias = records.find(({ type }) => type === 'CNAME');
    result.answers.push(...dnamesAbove(message.answers, current, covers));
    if (wanted.length > 0) answered = true;
    const kept = wanted.length > 0 ? wanted : alias ? [alias] : [];
    result.answers.push(
      ...kept,
      ...records.filter(({ type }) => type === 'RRSIG' && qtype !== 'RRSIG' && kept.length > 0),
    );
    if (answered || !alias) break;
    current = nameFromWire(alias.data)!.name;
  }
  const soa = message.authorities.find(({ type, name }) => type === 'SOA' && isAtOrBelow(current, name));
  result.authorities = message.authorities.filter(
    (record) => (record === soa && !answered) || (PROOFS.has(record.type) && covers(record.name)),
  );
  // The upstream stopped in the middle of the chain: it does not follow CNAMEs between its zones.
  if (!answered && !soa && seen.size > 1 && message.rcode !== NXDOMAIN) result.open = current;
  return result;
}

function dnamesAbove(
  records: ResourceRecord[],
  name: Name,
  covers: (name: Name) => boolean,
): ResourceRecord[] {
  return records.filter(
    (record) =>
      record.type === 'DNAME' &&
      record.name !== name &&
      isAtOrBelow(name, record.name) &&
      covers(record.name),
  );
}

/** A whole response to the question, for its body. `next`: what the rule of `partial.open` had to say, where it was asked. */
export function encodePartial(
  question: { name: Uint8Array; type: number },
  partial: Partial,
  next: Message | undefined,
): { bytes: Uint8Array; rcode: number; authentic: boolean; answers: ResourceRecord[] } {
  const answers = [...partial.answers, ...(next?.answers ?? [])];
  const rcode = next?.rcode ?? partial.rcode;
  const bytes = encodeMessage({
    id: 0,
    flags: { ...NO_FLAGS, qr: true },
    rcode,
    question: { name: nameFromWire(question.name)!.name, type: typeMnemonic(question.type), class: CLASS_IN },
    answers,
    authorities: next?.authorities ?? partial.authorities,
    additionals: [],
  });
  return { bytes, rcode, authentic: partial.authentic && (next?.flags.ad ?? true), answers };
}

/**
 * One number for the rules that a chain of CNAMEs goes through, from the question on: the answer is still true under other rules
 * where their number is the same. A chain inside one rule has that rule's identity.
 */
export function chainIdentity(
  rules: RuleSet,
  view: number,
  name: Uint8Array,
  answers: ResourceRecord[],
): number {
  let latest = matchRule(rules, view, name, 0);
  let identity = latest < 0 ? 0 : rules.identities[latest]!;
  for (const { type, data } of answers) {
    if (type !== 'CNAME') continue;
    const rule = matchRule(rules, view, nameToWire(nameFromWire(data)!.name), 0);
    if (rule === latest) continue;
    identity = (Math.imul(identity, 31) + (rule < 0 ? 0 : rules.identities[rule]!)) | 0;
    latest = rule;
  }
  return identity;
}
