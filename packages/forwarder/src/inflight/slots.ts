/**
 * Questions in flight, each once under a rule set, and who waits for them. Bounded: MAX_SLOTS questions and MAX_WAITERS clients; records are made as they
 * are first needed and used again. At the bound, or at its rule's share, a new
 * question is refused with SERVFAIL; those in flight go on.
 */
import { KEY_CAPACITY, type Query, wantsAuthenticData } from '../packet/query.ts';
import { copy, HEADER_SIZE } from '../packet/wire.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { PEER_SIZE } from '../udp/udp.ts';
import type { Selection } from '../upstreams/selection.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import { createShares } from './shares.ts';

export const MAX_SLOTS = 4096;
export const MAX_WAITERS = 16_384;
/** Enough for all upstreams that a rule may have, once. */
export const MAX_ATTEMPTS = 16;

/** Where a response goes. Reserve, write to `out`, commit; what is not committed was not sent. */
export type Sink = {
  readonly out: Uint8Array;
  reserve(): number;
  commit(length: number, peers: Uint8Array, peerOffset: number, token: number): void;
};

/** A client that waits: what is needed of its query to answer it. */
export type Waiter = {
  sink: Sink;
  token: number;
  peer: Uint8Array;
  limit: number;
  /** Header and question as the client sent them. */
  bytes: Uint8Array;
  offset: number;
  id: number;
  flags: number;
  questionEnd: number;
  edns: boolean;
  dnssecOk: boolean;
  authentic: boolean;
  next: Waiter | undefined;
};

export type Outcome = 'pending' | 'timeout' | 'unreachable' | 'loop' | 'referral' | 'truncated' | number;

export type Attempt = {
  /** Index in the rule's list of upstreams. */
  choice: number;
  upstream: number;
  /** The exchange's key while an answer may come, else -1. */
  key: number;
  sentAt: number;
  dueAt: number;
  tcp: boolean;
  edns: boolean;
  outcome: Outcome;
  /** For people: how it ended. */
  detail: string;
  /** What the upstream itself said of the reason, as in its extended error; mostly nothing. */
  said: string;
  endedAt: number;
};

export type Slot = {
  index: number;
  /** Changes with each use, so that what arrives late finds somebody else. */
  generation: number;
  key: Uint8Array;
  keyWords: Int32Array;
  keyLength: number;
  nameLength: number;
  hash: number;
  type: number;
  view: number;
  rules: RuleSet;
  selection: Selection;
  rule: number;
  startedAt: number;
  deadline: number;
  /** Bits of the rule's upstreams asked in this pass. */
  tried: number;
  /** How often all upstreams that may answer have been asked, and the first again. */
  passes: number;
  attempts: Attempt[];
  attemptCount: number;
  /** Index of the upstream that is to be asked again, by `owedTcp` or without EDNS, as soon as its budget allows; -1: none. */
  owed: number;
  owedTcp: boolean;
  /** The upstream whose packet budget it waits for. */
  heldBy: Upstream | undefined;
  query: Uint8Array;
  waiters: Waiter | undefined;
  /** How many CNAMEs into other rules lie between the client and this question. */
  depth: number;
  /** The slot whose answer this one needs to go on, or -1. */
  waitsOn: number;
  /** Index in the workers' claims, or -1. */
  claim: number;
  /** What is known so far of an answer that goes on under another rule. */
  partial: unknown;
  /** Who else asked while we waited, where it looked like our own query coming back. */
  loopedFrom: string | undefined;
  nextInChain: Slot | undefined;
  inUse: boolean;
};

export type Slots = {
  /** `rules`: opened under them; left out: under any, the latest first. */
  find(hash: number, key: Uint8Array, keyLength: number, rules?: RuleSet): Slot | undefined;
  /** A slot for the query's key, in the index; undefined at the bound. The caller fills in the rest. */
  open(query: Query, rules: RuleSet, selection: Selection, rule: number): Slot | undefined;
  /** Frees the slot and all who wait for it. */
  close(slot: Slot): void;
  at(index: number): Slot;
  /** One more who waits for the slot; undefined at the bound. */
  addWaiter(
    slot: Slot,
    query: Query,
    sink: Sink,
    token: number,
    peers: Uint8Array,
    peerOffset: number,
    limit: number,
  ): Waiter | undefined;
  count(): number;
};

const CHAINS = MAX_SLOTS * 2;

export function createSlots(): Slots {
  const slots: Slot[] = [];
  const freeSlots: Slot[] = [];
  const chains: (Slot | undefined)[] = new Array(CHAINS).fill(undefined);
  const freeWaiters: Waiter[] = [];
  const slotShares = createShares(MAX_SLOTS);
  const waiterShares = createShares(MAX_WAITERS);

  return {
    find(hash, key, keyLength, rules) {
      for (let slot = chains[hash & (CHAINS - 1)]; slot; slot = slot.nextInChain) {
        if (slot.hash !== hash || slot.keyLength !== keyLength) continue;
        if (rules !== undefined && slot.rules !== rules) continue;
        let index = 0;
        while (index < keyLength && slot.key[index] === key[index]) index++;
        if (index === keyLength) return slot;
      }
      return undefined;
    },

    open(query, rules, selection, rule) {
      if (!slotShares.take(rules, rule)) return undefined;
      const slot = freeSlots.pop() ?? makeSlot(slots.length, rules, selection);
      if (slot.index === slots.length) slots.push(slot);
      copy(query.key, 0, slot.key, 0, (query.keyLength + 3) & ~3);
      slot.keyLength = query.keyLength;
      slot.nameLength = query.nameLength;
      slot.hash = query.hash;
      slot.type = query.type;
      slot.view = query.key[query.keyLength - 1]!;
      slot.rules = rules;
      slot.selection = selection;
      slot.rule = rule;
      slot.tried = 0;
      slot.passes = 0;
      slot.attemptCount = 0;
      slot.owed = -1;
      slot.heldBy = undefined;
      slot.waiters = undefined;
      slot.waitsOn = -1;
      slot.claim = -1;
      slot.partial = undefined;
      slot.loopedFrom = undefined;
      slot.inUse = true;
      const chain = query.hash & (CHAINS - 1);
      slot.nextInChain = chains[chain];
      chains[chain] = slot;
      return slot;
    },

    close(slot) {
      const chain = slot.hash & (CHAINS - 1);
      if (chains[chain] === slot) chains[chain] = slot.nextInChain;
      else {
        let before = chains[chain]!;
        while (before.nextInChain !== slot) before = before.nextInChain!;
        before.nextInChain = slot.nextInChain;
      }
      slot.nextInChain = undefined;
      for (let waiter = slot.waiters; waiter; ) {
        const { next } = waiter;
        waiter.next = undefined;
        freeWaiters.push(waiter);
        waiterShares.giveBack(slot.rules, slot.rule);
        waiter = next;
      }
      slot.waiters = undefined;
      slotShares.giveBack(slot.rules, slot.rule);
      slot.generation = (slot.generation + 1) & 0xffff;
      slot.inUse = false;
      slot.partial = undefined;
      freeSlots.push(slot);
    },

    at: (index) => slots[index]!,

    addWaiter(slot, query, sink, token, peers, peerOffset, limit) {
      if (!waiterShares.take(slot.rules, slot.rule)) return undefined;
      const waiter = freeWaiters.pop() ?? makeWaiter(sink);
      waiter.sink = sink;
      waiter.token = token;
      waiter.limit = limit;
      copy(peers, peerOffset, waiter.peer, 0, PEER_SIZE);
      const length = query.questionEnd - query.offset;
      copy(query.bytes, query.offset, waiter.bytes, 0, length);
      waiter.questionEnd = length;
      waiter.id = query.id;
      waiter.flags = query.flags;
      waiter.edns = query.edns;
      waiter.dnssecOk = query.dnssecOk;
      waiter.authentic = wantsAuthenticData(query);
      waiter.next = slot.waiters;
      slot.waiters = waiter;
      return waiter;
    },

    count: () => slotShares.used,
  };
}

function makeSlot(index: number, rules: RuleSet, selection: Selection): Slot {
  const key = new Uint8Array(KEY_CAPACITY);
  return {
    index,
    generation: 0,
    key,
    keyWords: new Int32Array(key.buffer),
    keyLength: 0,
    nameLength: 0,
    hash: 0,
    type: 0,
    view: 0,
    rules,
    selection,
    rule: 0,
    startedAt: 0,
    deadline: 0,
    tried: 0,
    passes: 0,
    attempts: Array.from({ length: MAX_ATTEMPTS }, makeAttempt),
    attemptCount: 0,
    owed: -1,
    owedTcp: false,
    heldBy: undefined,
    query: new Uint8Array(HEADER_SIZE + 255 + 4 + 11),
    waiters: undefined,
    depth: 0,
    waitsOn: -1,
    claim: -1,
    partial: undefined,
    loopedFrom: undefined,
    nextInChain: undefined,
    inUse: false,
  };
}

function makeAttempt(): Attempt {
  return {
    choice: 0,
    upstream: 0,
    key: -1,
    sentAt: 0,
    dueAt: 0,
    tcp: false,
    edns: true,
    outcome: 'pending',
    detail: '',
    said: '',
    endedAt: 0,
  };
}

function makeWaiter(sink: Sink): Waiter {
  return {
    sink,
    token: 0,
    peer: new Uint8Array(PEER_SIZE),
    limit: 512,
    bytes: new Uint8Array(HEADER_SIZE + 255 + 4),
    offset: 0,
    id: 0,
    flags: 0,
    questionEnd: 0,
    edns: false,
    dnssecOk: false,
    authentic: false,
    next: undefined,
  };
}
