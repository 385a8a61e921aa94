import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseForwarderConfig } from '@pointsman/core/config';
import { encodeQuery } from '@pointsman/core/dns';
import fc from 'fast-check';
import { createQuery, finishKey, type Query, readQuery } from '../packet/query.ts';
import { compileRules, type RuleSet } from '../rules/rule-set.ts';
import { PEER_SIZE } from '../udp/udp.ts';
import { createSelection } from '../upstreams/selection.ts';
import { createUpstream } from '../upstreams/upstream.ts';
import {
  createSlots,
  MAX_SLOTS,
  MAX_SLOTS_PER_RULE,
  MAX_WAITERS,
  type Sink,
  type Slot,
  type Slots,
} from './slots.ts';

const SINK: Sink = { out: new Uint8Array(0), reserve: () => 0, commit() {} };
const PEER = new Uint8Array(PEER_SIZE).fill(9);

function rulesOf(): RuleSet {
  const suffixes = ['a', 'b', 'c'].map((suffix) => ({ suffix, upstreams: ['10.0.0.1'] }));
  const parsed = parseForwarderConfig({ name: 'f', listen: ['127.0.0.1:53'], clients: [], rules: suffixes });
  assert.ok(parsed.ok);
  return compileRules(parsed.config, 1);
}

const rules = rulesOf();
const selection = createSelection(rules, [createUpstream(0, rules.upstreams[0]!, 0)]);

function ask(number: number): Query {
  const query = createQuery();
  const packet = encodeQuery({ id: number, name: `n${number}.a.`, type: 'A', recursionDesired: true });
  assert.equal(readQuery(query, packet, 0, packet.length), 0);
  finishKey(query, 0);
  return query;
}

function find(slots: Slots, query: Query): Slot | undefined {
  return slots.find(query.hash, query.key, query.keyLength);
}

describe('slots', () => {
  it('are found by their question while they are open', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(15)), { maxLength: 100 }), (operations) => {
        const slots = createSlots();
        const model = new Map<number, Slot>();
        for (const [open, number] of operations) {
          // All in one chain, so that taking them out of its middle is tried too.
          const query = ask(number);
          query.hash = 0x2001 + ((number & 1) << 20);
          const known = model.get(number);
          assert.equal(find(slots, query), known);
          if (open && !known) model.set(number, slots.open(query, rules, selection, number % 3)!);
          else if (!open && known) {
            slots.close(known);
            model.delete(number);
          }
          assert.equal(slots.count(), model.size);
        }
        assert.equal(new Set(Array.from(model.values(), ({ index }) => index)).size, model.size);
        for (const slot of model.values()) assert.equal(slots.at(slot.index), slot);
      }),
      { numRuns: 200 },
    );
  });

  it('change their generation, and forget what they were for', () => {
    const slots = createSlots();
    const first = slots.open(ask(1), rules, selection, 0)!;
    const { generation } = first;
    first.partial = 'something';
    first.tried = 3;
    first.attemptCount = 2;
    first.loopedFrom = '10.0.0.1';
    first.waitsOn = 5;
    slots.close(first);
    const second = slots.open(ask(2), rules, selection, 1)!;
    assert.equal(second, first);
    assert.notEqual(second.generation, generation);
    assert.deepEqual(
      [second.partial, second.tried, second.attemptCount, second.loopedFrom, second.waitsOn, second.claim],
      [undefined, 0, 0, undefined, -1, -1],
    );
    assert.deepEqual(
      Array.from(second.key.subarray(0, second.keyLength)),
      Array.from(ask(2).key.subarray(0, second.keyLength)),
    );
  });

  it('are refused at the bound: half of them for one rule, so that the others have room', () => {
    const slots = createSlots();
    const open: Slot[] = [];
    for (let number = 0; number < MAX_SLOTS_PER_RULE; number++)
      open.push(slots.open(ask(number), rules, selection, 0)!);
    assert.equal(slots.open(ask(MAX_SLOTS), rules, selection, 0), undefined);
    for (let number = MAX_SLOTS_PER_RULE; number < MAX_SLOTS; number++) {
      open.push(slots.open(ask(number), rules, selection, 1)!);
    }
    assert.equal(slots.open(ask(MAX_SLOTS), rules, selection, 2), undefined);
    assert.equal(slots.count(), MAX_SLOTS);
    slots.close(open[5]!);
    assert.equal(find(slots, ask(5)), undefined);
    assert.ok(slots.open(ask(MAX_SLOTS), rules, selection, 2));
    assert.ok(find(slots, ask(6)));
  });

  it('count for a rule of the rule set that they were opened under', () => {
    const slots = createSlots();
    const before = Array.from({ length: 10 }, (_, number) => slots.open(ask(number), rules, selection, 0)!);
    const reloaded = rulesOf();
    for (let number = 10; number < MAX_SLOTS_PER_RULE + 10; number++) {
      assert.ok(slots.open(ask(number), reloaded, selection, 0));
    }
    for (const slot of before) slots.close(slot);
    assert.equal(slots.open(ask(0), reloaded, selection, 0), undefined);
  });
});

describe('waiters', () => {
  it('keep what the answer needs of the query, whatever becomes of its packet', () => {
    const slots = createSlots();
    const query = ask(77);
    const question = query.bytes.slice(query.offset, query.questionEnd);
    const waiter = slots.addWaiter(query, SINK, 5, PEER, 0, 1232)!;
    query.bytes.fill(0);
    assert.deepEqual(waiter.bytes.slice(0, waiter.questionEnd), question);
    assert.deepEqual(waiter.peer, PEER);
    assert.deepEqual([waiter.id, waiter.limit, waiter.token], [77, 1232, 5]);
  });

  it('are refused at the bound, and taken again when one has gone', () => {
    const slots = createSlots();
    const query = ask(1);
    const add = () => slots.addWaiter(query, SINK, 0, PEER, 0, 512);
    const all = Array.from({ length: MAX_WAITERS }, add);
    assert.ok(all.every((waiter) => waiter !== undefined));
    assert.equal(new Set(all).size, MAX_WAITERS);
    assert.equal(add(), undefined);
    slots.freeWaiter(all[3]!);
    assert.equal(add(), all[3]);
    assert.equal(add(), undefined);
  });
});
