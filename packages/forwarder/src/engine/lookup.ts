/**
 * Answers from the cache, as far as they are true under the rules that the question is asked under. The view in a key is a number that
 * another rule set may give to another view: the identity of an entry's rules, which tells suffix and upstreams, keeps them apart.
 */
import { decodeMessage, type Message } from '@pointsman/core/dns';
import type { Cache, CacheKey } from '../cache/cache.ts';
import {
  EPOCH,
  FLAG_CHAIN,
  FLAG_FAILURE,
  IDENTITY,
  LIFETIME,
  RCODE_AND_FLAGS,
  STORED_AT,
} from '../cache/layout.ts';
import { type Asked, writeCached } from '../packet/compose.ts';
import { HEADER_SIZE, put16 } from '../packet/wire.ts';
import { matchRule, NO_RULE, type RuleSet } from '../rules/rule-set.ts';
import type { Clock } from './clock.ts';
import { chainIdentity } from './rebuild.ts';

/** A key with the name it begins with. */
export type Question = CacheKey & { key: Uint8Array; nameLength: number };

export type Lookup = {
  /** Writes a live answer to `out`; returns its length, or 0 where there is none. */
  fresh(
    question: Question,
    rules: RuleSet,
    out: Uint8Array,
    at: number,
    limit: number,
    asked: Asked,
    authentic: boolean,
  ): number;
  /** Writes an answer whose time is over (never a failure), with an extended error that says why it does; 0 where there is none that may still be used. */
  stale(
    question: Question,
    rules: RuleSet,
    out: Uint8Array,
    at: number,
    limit: number,
    asked: Asked,
    authentic: boolean,
    why: Uint8Array,
  ): number;
};

/** Stale answers may be used for a day after their time (RFC 8767 §5 suggests one to three). */
const MAX_STALE = 86_400;
/** How often a read is tried again when a writer comes between. */
const RETRIES = 3;
const MAX_MESSAGE = 0x10000;

export function createLookup(cache: Cache, clock: Clock): Lookup {
  const { hit } = cache;
  const scratch = new Uint8Array(MAX_MESSAGE);

  /** True where the entry was stored under these rules, or would be the same under them. */
  function isTrue(question: Question, rules: RuleSet): boolean {
    const { words } = hit.shard;
    if (words[hit.at + EPOCH] === rules.epoch) return true;
    const view = question.key[question.keyLength - 1]!;
    const rule = matchRule(rules, view, question.key, 0);
    if (rule === NO_RULE) return false;
    const chain = ((words[hit.at + RCODE_AND_FLAGS]! >>> 16) & FLAG_CHAIN) !== 0;
    const identity = chain ? identityOfStored(rules, view, question) : rules.identities[rule]!;
    if (identity !== words[hit.at + IDENTITY]) return false;
    cache.renew(rules.epoch);
    return true;
  }

  function identityOfStored(rules: RuleSet, view: number, question: Question): number | undefined {
    const message = decodeStored(question);
    return message && chainIdentity(rules, view, question.key, message.answers);
  }

  function decodeStored(question: Question): Message | undefined {
    const query = new Uint8Array(HEADER_SIZE + question.nameLength + 4);
    query.set(question.key.subarray(0, question.nameLength + 2), HEADER_SIZE);
    put16(query, query.length - 2, 1);
    const asked = {
      bytes: query,
      offset: 0,
      id: 0,
      flags: 0,
      questionEnd: query.length,
      edns: false,
      dnssecOk: false,
    };
    const length = writeCached(scratch, 0, MAX_MESSAGE, asked, false, hit, 0);
    return cache.isIntact() ? decodeMessage(scratch.slice(0, length)) : undefined;
  }

  return {
    fresh(question, rules, out, at, limit, asked, authentic) {
      for (let attempt = 0; attempt < RETRIES; attempt++) {
        if (!cache.find(question)) return 0;
        const age = clock.seconds - hit.shard.words[hit.at + STORED_AT]!;
        if (age >= hit.shard.words[hit.at + LIFETIME]! || !isTrue(question, rules)) return 0;
        const length = writeCached(out, at, limit, asked, authentic, hit, age > 0 ? age : 0);
        if (!cache.isIntact()) continue;
        cache.keep();
        return length;
      }
      return 0;
    },

    stale(question, rules, out, at, limit, asked, authentic, why) {
      for (let attempt = 0; attempt < RETRIES; attempt++) {
        if (!cache.find(question)) return 0;
        const { words } = hit.shard;
        const over = clock.seconds - words[hit.at + STORED_AT]! - words[hit.at + LIFETIME]!;
        const failure = ((words[hit.at + RCODE_AND_FLAGS]! >>> 16) & FLAG_FAILURE) !== 0;
        if (over > MAX_STALE || failure || !isTrue(question, rules)) return 0;
        const length = writeCached(out, at, limit, asked, authentic, hit, undefined, why);
        if (cache.isIntact()) return length;
      }
      return 0;
    },
  };
}
