import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { UpstreamAddress } from '../rules/rule-set.ts';
import { createRoster, REUSE_AFTER_MS } from './roster.ts';

function address(endpoint: string): UpstreamAddress {
  return { endpoint, address: '10.0.0.1', port: 53, budget: undefined, probes: [] };
}

const never = () => assert.fail('no index is free for another');

describe('the upstreams of a worker', () => {
  test('stay who they are through reloads', () => {
    const roster = createRoster();
    const [a, b] = roster.use([address('a'), address('b')], 0, never);
    assert.deepEqual(roster.use([address('b'), address('c')], 10, never)[0], b);
    assert.equal(roster.use([address('a')], 20, never)[0], a);
    assert.equal(roster.at(a!.index), a);
  });

  test('are as many as were in use within a minute, however often they change', () => {
    const roster = createRoster();
    const reused = new Set<number>();
    let highest = 0;
    for (let round = 0; round < 1000; round++) {
      const now = (round * REUSE_AFTER_MS) / 10;
      const used = roster.use(
        [address('stays'), address(`${round} a`), address(`${round} b`)],
        now,
        (index) => reused.add(index),
      );
      highest = Math.max(highest, ...used.map(({ index }) => index));
      assert.equal(new Set(used.map(({ index }) => index)).size, 3);
      for (const upstream of used) assert.equal(roster.at(upstream.index), upstream);
    }
    assert.ok(highest < 30, `index ${highest}`);
    assert.ok(!reused.has(0), 'the one that stays keeps its index');
  });
});
