/**
 * Room that rules and upstreams share, so that none fills it: one more is given while the rule's and its upstream set's together are fewer
 * than what is free. One alone gets a third, however much it asks for; where several are greedy each gets less, and some is always free for
 * those that have little (dynamic thresholds: Choudhury and Hahne, IEEE/ACM Transactions on Networking, 1998).
 */
import type { RuleSet } from '../rules/rule-set.ts';

export type Shares = {
  /** False where there is no room. */
  take(rules: RuleSet, rule: number): boolean;
  giveBack(rules: RuleSet, rule: number): void;
  readonly used: number;
};

/** Rules and upstream sets are counted by their hashes, the same through reloads; two that share a count share their room. */
const COUNTS = 1 << 16;

export function createShares(room: number): Shares {
  const ofRule = new Uint16Array(COUNTS);
  const ofUpstreams = new Uint16Array(COUNTS);
  let used = 0;

  return {
    take({ identities, upstreamSets }, rule) {
      const one = identities[rule]! & (COUNTS - 1);
      const set = upstreamSets[rule]! & (COUNTS - 1);
      if (ofRule[one]! + ofUpstreams[set]! >= room - used) return false;
      ofRule[one]!++;
      ofUpstreams[set]!++;
      used++;
      return true;
    },
    giveBack({ identities, upstreamSets }, rule) {
      ofRule[identities[rule]! & (COUNTS - 1)]!--;
      ofUpstreams[upstreamSets[rule]! & (COUNTS - 1)]!--;
      used--;
    },
    get used() {
      return used;
    },
  };
}
