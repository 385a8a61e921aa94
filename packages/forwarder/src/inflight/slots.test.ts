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
import { createSlots, MAX_SLOTS, MAX_WAITERS, type Sink, type Slot, type Slots } from './slots.ts';

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

  it('are refused at the share of their rule, and at the bound', () => {
    const slots = createSlots();
    const open: Slot[] = [];
    for (let number = 0, slot: Slot | undefined; ; number++) {
      slot = slots.open(ask(number), rules, selection, 0);
      if (!slot) break;
      open.push(slot);
    }
    assert.ok(open.length > MAX_SLOTS / 4 && open.length < MAX_SLOTS / 2, `${open.length} for one rule`);
    assert.ok(slots.open(ask(MAX_SLOTS), rules, selection, 1), 'room for another rule');
    slots.close(open[5]!);
    assert.equal(find(slots, ask(5)), undefined);
    assert.ok(find(slots, ask(6)));
    assert.equal(slots.count(), open.length);
  });

  it('count for their rule through a reload', () => {
    const slots = createSlots();
    let opened = 0;
    while (slots.open(ask(opened), rules, selection, 0)) opened++;
    const reloaded = rulesOf();
    assert.equal(slots.open(ask(opened), reloaded, selection, 0), undefined);
    slots.close(find(slots, ask(3))!);
    assert.ok(slots.open(ask(opened), reloaded, selection, 0));
  });
});

describe('waiters', () => {
  it('keep what the answer needs of the query, whatever becomes of its packet', () => {
    const slots = createSlots();
    const query = ask(77);
    const question = query.bytes.slice(query.offset, query.questionEnd);
    const slot = slots.open(query, rules, selection, 0)!;
    const waiter = slots.addWaiter(slot, query, SINK, 5, PEER, 0, 1232)!;
    query.bytes.fill(0);
    assert.deepEqual(waiter.bytes.slice(0, waiter.questionEnd), question);
    assert.deepEqual(waiter.peer, PEER);
    assert.deepEqual([waiter.id, waiter.limit, waiter.token], [77, 1232, 5]);
  });

  it('are refused at the share of their rule, leave room for others, and go with their slot', () => {
    const slots = createSlots();
    const slot = slots.open(ask(1), rules, selection, 0)!;
    const other = slots.open(ask(2), rules, selection, 1)!;
    const add = (to: Slot) => slots.addWaiter(to, ask(1), SINK, 0, PEER, 0, 512);
    let count = 0;
    while (add(slot)) count++;
    assert.ok(count > MAX_WAITERS / 4 && count < MAX_WAITERS / 2, `${count} for one rule`);
    assert.ok(add(other));
    slots.close(slot);
    const next = slots.open(ask(1), rules, selection, 0)!;
    assert.equal(next.waiters, undefined);
    let again = 0;
    while (add(next)) again++;
    assert.ok(again >= count - 1);
  });
});
