import { parseEndpoint } from '@pointsman/core/address';
import type { ForwarderConfig } from '@pointsman/core/config';
import { type Name, ROOT } from '@pointsman/core/dns';
import type { EngineQuestion, EngineReply } from './ask-engine.ts';

/** A forwarding rule and what asking by it came to last; the root stands for names that no rule covers. */
export type RuleHealth = { suffix: Name } & EngineReply & { at: number };

/** So many rules are asked for at once: those of a tier are few, and a million must not be a load of their own. */
const MOST_AT_ONCE = 50;

/**
 * The rules to ask for in a round, each with its question; every rule has its turn in time. Rules of views are for other clients than this
 * host, and are not asked for.
 */
export function nextProbes(
  { rules, otherwise }: ForwarderConfig,
  round: number,
): { suffix: Name; question: EngineQuestion }[] {
  const others = otherwise === 'refuse' ? [] : [{ suffix: ROOT, ...otherwise }];
  const all = [...rules, ...others];
  const rounds = Math.ceil(all.length / MOST_AT_ONCE);
  const start = (round % Math.max(1, rounds)) * MOST_AT_ONCE;
  return all
    .slice(start, start + MOST_AT_ONCE)
    .map(({ suffix, probe }) => ({ suffix, question: probe ?? { name: suffix, type: 'SOA' } }));
}

/** Milliseconds: BIND gives up after 10 s (see "What to know" in the README of this package), our own engine at its deadline. */
export function patienceWith(engine: 'native' | 'bind', { deadline }: ForwarderConfig): number {
  return engine === 'bind' ? Math.max(deadline, 10_000) + 2000 : deadline + 1000;
}

/** Where an engine is asked: the first address that it listens on. */
export function engineAddress({ listen }: ForwarderConfig): { address: string; port: number } {
  const { address, port } = parseEndpoint(listen[0]!)!;
  return { address, port: port! };
}
