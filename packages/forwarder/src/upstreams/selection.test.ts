import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseForwarderConfig } from '@pointsman/core/config';
import fc from 'fast-check';
import { compileRules, type RuleSet } from '../rules/rule-set.ts';
import { createSelection, NONE, type Selection } from './selection.ts';
import { createUpstream, noteAnswered, noteUnreachable, type Upstream } from './upstream.ts';

type World = { rules: RuleSet; upstreams: Upstream[]; selection: Selection };

function worldOf(...rules: { upstreams: string[]; policy: string }[]): World {
  const parsed = parseForwarderConfig({
    name: 'f',
    listen: ['127.0.0.1:53'],
    clients: [],
    rules: rules.map((rule, index) => ({ suffix: `r${index}`, ...rule })),
  });
  assert.ok(parsed.ok);
  const compiled = compileRules(parsed.config, 1);
  const upstreams = compiled.upstreams.map((address, index) => createUpstream(index, address, 0));
  return { rules: compiled, upstreams, selection: createSelection(compiled, upstreams) };
}

const THREE = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];

/** The order in which a question is asked of the upstreams that are not down. */
function orderOf({ selection }: World, rule = 0, now = 0): number[] {
  const order: number[] = [];
  for (
    let tried = 0, next = selection.choose(rule, 0, now);
    next !== NONE;
    next = selection.choose(rule, tried, now)
  ) {
    order.push(next);
    tried |= 1 << next;
  }
  return order;
}

describe('the policy', () => {
  it('fastest asks by measured time, those that failed later', () => {
    const world = worldOf({ upstreams: THREE, policy: 'fastest' });
    for (const [index, rtt] of [30, 10, 20].entries()) noteAnswered(world.upstreams[index]!, 0, rtt);
    assert.deepEqual(orderOf(world), [1, 2, 0]);
    world.selection.noteTimeout(1, 0, 1);
    world.selection.noteTimeout(1, 1, 1);
    assert.deepEqual(orderOf(world), [2, 0, 1]);
  });

  for (const failures of [1, 3, 4, 20]) {
    it(`fastest tries the faster one again after ${failures} failures, by one question, and stays with it`, () => {
      const world = worldOf({ upstreams: ['10.0.0.1', '10.0.0.2'], policy: 'fastest' });
      const { selection } = world;
      for (const [index, rtt] of [40, 60].entries()) noteAnswered(world.upstreams[index]!, 0, rtt);
      for (let count = 0; count < failures; count++) selection.noteTimeout(0, count, count);
      let now = failures;
      assert.equal(selection.choose(0, 0, now), 1);
      while (selection.choose(0, 0, now) !== 0 && now < 10_000) now += 10;
      assert.ok(now <= failures + 1510, `tried after ${now} ms`);
      assert.equal(selection.choose(0, 0, now), 1, 'nobody else tries at the same time');
      selection.noteAnswered(0);
      assert.equal(selection.choose(0, 0, now), 0);
      assert.equal(selection.choose(0, 0, now), 0);
    });
  }

  it('ordered asks in the order of the list', () => {
    const world = worldOf({ upstreams: THREE, policy: 'ordered' });
    for (const [index, rtt] of [30, 10, 20].entries()) noteAnswered(world.upstreams[index]!, 0, rtt);
    assert.deepEqual(orderOf(world), [0, 1, 2]);
    noteUnreachable(world.upstreams[0]!, 0, 'ECONNREFUSED');
    assert.deepEqual(orderOf(world), [1, 2]);
  });

  it('spread begins with each in turn, for every rule by itself', () => {
    const world = worldOf(
      { upstreams: THREE, policy: 'spread' },
      { upstreams: ['10.0.0.1', '10.0.0.2'], policy: 'spread' },
    );
    const firsts = { 0: new Map<number, number>(), 1: new Map<number, number>() };
    for (let turn = 0; turn < 60; turn++) {
      // Two rules that are asked by turns.
      for (const rule of [0, 1] as const) {
        const first = world.selection.choose(rule, 0, 0);
        firsts[rule].set(first, (firsts[rule].get(first) ?? 0) + 1);
      }
    }
    assert.deepEqual(Array.from(firsts[0].values()), [20, 20, 20]);
    assert.deepEqual(Array.from(firsts[1].values()), [30, 30]);
  });
});

describe('a selection', () => {
  it('asks each upstream of the rule at most once, and nobody else, and says when none is left', () => {
    const upstream = fc.integer({ min: 1, max: 16 }).map((byte) => `10.0.0.${byte}`);
    const rule = fc.record({
      upstreams: fc.uniqueArray(upstream, { minLength: 1, maxLength: 16 }),
      policy: fc.constantFrom('fastest', 'ordered', 'spread'),
    });
    fc.assert(
      fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), fc.array(fc.nat(15)), (rules, down) => {
        const world = worldOf(...rules);
        for (const index of down) {
          const target = world.upstreams[index % world.upstreams.length]!;
          noteUnreachable(target, 0, 'ECONNREFUSED');
        }
        for (const [number, { upstreams }] of rules.entries()) {
          const asked = orderOf(world, number).map((index) => {
            const at = world.selection.upstreamOf(world.rules.upstreamStart[number]! + index);
            return at.address.address;
          });
          const alive = upstreams.filter(
            (address) => world.upstreams.find((at) => at.address.address === address)!.state !== 'down',
          );
          // Where all are down one may be tried.
          if (alive.length > 0) assert.deepEqual(asked.toSorted(), alive.toSorted());
          else assert.ok(asked.length <= 1 && asked.every((address) => upstreams.includes(address)));
          assert.equal(world.selection.isDead(number), alive.length === 0);
        }
      }),
    );
  });

  it('asks an upstream last for the zone that it does not answer for, and for no other', () => {
    const two = { upstreams: ['10.0.0.1', '10.0.0.2'], policy: 'ordered' };
    const world = worldOf(two, two);
    const { selection } = world;
    for (let count = 0; count < 4; count++) selection.noteTimeout(0, 1000, 1000);
    assert.deepEqual(orderOf(world, 0, 1249), [1, 0]);
    assert.deepEqual(orderOf(world, 1, 1249), [0, 1]);
  });

  it('goes on asking an upstream that does not answer for a zone where there is no other', () => {
    const world = worldOf({ upstreams: ['10.0.0.1', '10.0.0.2'], policy: 'ordered' });
    const { selection } = world;
    noteUnreachable(world.upstreams[1]!, 0, 'ECONNREFUSED');
    for (let count = 0; count < 20; count++) selection.noteTimeout(0, count, count);
    for (let now = 20; now < 3000; now += 10) assert.equal(selection.choose(0, 0, now), 0);
    assert.equal(selection.isDead(0), false);
    assert.equal(selection.hasOther(0, 0), true);
    assert.equal(selection.hasOther(0, 1), false);
  });

  it('lets one question try a paused upstream first when its pause is over, longer each time, up to 1.5 s', () => {
    const { selection } = worldOf({ upstreams: ['10.0.0.1', '10.0.0.2'], policy: 'ordered' });
    for (let count = 0; count < 4; count++) selection.noteTimeout(0, 0, 0);
    let now = 0;
    const pauses: number[] = [];
    for (let round = 0; round < 6; round++) {
      const since = now;
      while (selection.choose(0, 0, now) !== 0) now += 10;
      pauses.push(now - since);
      assert.equal(selection.choose(0, 0, now), 1, 'nobody else tries at the same time');
      selection.noteTimeout(0, now, now);
    }
    assert.deepEqual(pauses, [250, 500, 1000, 1500, 1500, 1500]);
    selection.noteAnswered(0);
    assert.equal(selection.choose(0, 0, now), 0);
    assert.equal(selection.choose(0, 0, now), 0);
  });
});
