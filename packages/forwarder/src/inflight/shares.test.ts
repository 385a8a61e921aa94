import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseForwarderConfig } from '@pointsman/core/config';
import fc from 'fast-check';
import { compileRules, type RuleSet } from '../rules/rule-set.ts';
import { createShares } from './shares.ts';

const ROOM = 600;

/** A rule for each list of upstreams. */
function rulesOf(...lists: string[][]): RuleSet {
  const rules = lists.map((upstreams, index) => ({ suffix: `r${index}`, upstreams }));
  const parsed = parseForwarderConfig({ name: 'f', listen: ['127.0.0.1:53'], clients: [], rules });
  assert.ok(parsed.ok);
  return compileRules(parsed.config, 1);
}

/** How much each of the rules gets where all take by turns as much as they can. */
function fill(rules: RuleSet, greedy: number[]): number[] {
  const shares = createShares(ROOM);
  const taken = greedy.map(() => 0);
  for (let more = true; more; ) {
    more = false;
    for (const [index, rule] of greedy.entries()) {
      if (!shares.take(rules, rule)) continue;
      taken[index]!++;
      more = true;
    }
  }
  return taken;
}

describe('a share', () => {
  it('is a third for one rule alone', () => {
    assert.deepEqual(fill(rulesOf(['10.0.0.1']), [0]), [ROOM / 3]);
  });

  it('of rules with the same upstreams, in any order, is less than half together', () => {
    const rules = rulesOf(['10.0.0.1', '10.0.0.2'], ['10.0.0.2', '10.0.0.1'], ['10.0.0.3']);
    assert.equal(rules.upstreamSets[0], rules.upstreamSets[1]);
    const [first, second] = fill(rules, [0, 1]) as [number, number];
    assert.ok(first + second < ROOM / 2, `${first} + ${second}`);
  });

  it('of greedy rules, however many, leaves room for one that has little, and comes back whole', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 20 }), (hosts) => {
        const rules = rulesOf(...hosts.map((host) => [`10.0.0.${host}`]), ['10.0.1.1']);
        const shares = createShares(ROOM);
        const taken: number[] = [];
        for (let more = true; more; ) {
          more = false;
          for (let rule = 0; rule < hosts.length; rule++) {
            if (!shares.take(rules, rule)) continue;
            taken.push(rule);
            more = true;
          }
        }
        for (let count = 0; count < 5; count++)
          assert.ok(shares.take(rules, hosts.length), `${taken.length} taken`);
        for (const rule of taken) shares.giveBack(rules, rule);
        assert.equal(shares.used, 5);
      }),
    );
  });
});
