/**
 * All forwarding rules of a configuration, compiled for look-up by longest suffix, in shared memory: workers map the same bytes,
 * and 100,000 rules cost them nothing. A look-up probes a hash table once per label, whatever the number of rules.
 */

import { parseEndpoint } from '@pointsman/core/address';
import type { ForwarderConfig, Otherwise, UpstreamPolicy } from '@pointsman/core/config';
import { nameToWire, typeNumber } from '@pointsman/core/dns';
import { type ClientTable, compileClients } from './clients.ts';

export type UpstreamAddress = {
  /** IP:PORT */
  endpoint: string;
  address: string;
  port: number;
  /** Packets a second it takes, where it has a limit. */
  budget: number | undefined;
  /** What health probes ask it by turns: of its first rules, one each, MAX_PROBES at most. */
  probes: Probe[];
};

/** A name in wire form, and a type. */
export type Probe = { name: Uint8Array; type: number };

export type RuleSet = {
  epoch: number;
  clients: ClientTable;
  upstreams: UpstreamAddress[];
  deadline: number;
  /** Open addressing: suffix hash, rule plus one (0: empty), by turns. */
  table: Int32Array;
  /** Suffixes in wire form, back to back; rule r has [suffixStart[r], suffixStart[r + 1]). */
  suffixes: Uint8Array;
  suffixStart: Uint32Array;
  views: Uint8Array;
  /** Equal where view, suffix and upstreams are equal: what was learnt by one is true under the other. */
  identities: Int32Array;
  /** Equal where the upstreams are equal, in any order. */
  upstreamSets: Int32Array;
  /** Rule r asks upstreams[upstreamIds[i]] for i in [upstreamStart[r], upstreamStart[r + 1]). */
  upstreamStart: Uint32Array;
  upstreamIds: Uint32Array;
  /** Index in POLICIES. */
  policies: Uint8Array;
  /** Labels of the longest suffix. */
  maxLabels: number;
};

export const POLICIES: UpstreamPolicy[] = ['fastest', 'ordered', 'spread'];
export const NO_RULE = -1;
/** Questions that an upstream is probed with. An upstream is down only when it has answered none of them. */
export const MAX_PROBES = 3;

type Rule = {
  view: number;
  suffix: Uint8Array;
  upstreams: string[];
  policy: UpstreamPolicy;
  probe: { name: string; type: string } | undefined;
};

const DNS_PORT = 53;
const ROOT_WIRE = Uint8Array.of(0);

export function compileRules(config: ForwarderConfig, epoch: number): RuleSet {
  const rules: Rule[] = [];
  const sources = [config, ...(config.views ?? [])];
  for (const [view, source] of sources.entries()) addView(rules, view, source.rules, source.otherwise);

  const budgets = new Map(
    config.budgets?.flatMap(({ upstreams, packetsPerSecond }) =>
      upstreams.map((each) => [endpointOf(each), packetsPerSecond] as const),
    ),
  );
  const upstreams: UpstreamAddress[] = [];
  const ids = new Map<string, number>();
  const upstreamIds: number[] = [];
  const upstreamStart = sharedU32(rules.length + 1);
  const suffixStart = sharedU32(rules.length + 1);
  const suffixes = new Uint8Array(
    new SharedArrayBuffer(rules.reduce((sum, rule) => sum + rule.suffix.length, 0)),
  );
  const identities = new Int32Array(new SharedArrayBuffer(rules.length * 4));
  const upstreamSets = new Int32Array(new SharedArrayBuffer(rules.length * 4));
  const views = new Uint8Array(new SharedArrayBuffer(rules.length));
  const policies = new Uint8Array(new SharedArrayBuffer(rules.length));
  const slots = 2 ** Math.ceil(Math.log2(Math.max(4, rules.length * 2)));
  const table = new Int32Array(new SharedArrayBuffer(slots * 8));
  let maxLabels = 0;

  for (const [index, rule] of rules.entries()) {
    suffixes.set(rule.suffix, suffixStart[index]!);
    suffixStart[index + 1] = suffixStart[index]! + rule.suffix.length;
    let identity = hashBytes(rule.view, rule.suffix, 0, rule.suffix.length);
    const endpoints = rule.upstreams.map(endpointOf);
    for (const endpoint of endpoints) {
      upstreamIds.push(upstreamId(endpoint, rule));
      const bytes = new TextEncoder().encode(`${endpoint} `);
      identity = hashBytes(identity, bytes, 0, bytes.length);
      upstreamSets[index]! += hashBytes(0x811c9dc5, bytes, 0, bytes.length);
    }
    upstreamStart[index + 1] = upstreamIds.length;
    identities[index] = identity;
    views[index] = rule.view;
    policies[index] = POLICIES.indexOf(rule.policy);
    maxLabels = Math.max(maxLabels, insert(index, rule));
  }

  return {
    epoch,
    clients: compileClients(
      sources.flatMap((source, view) => source.clients.map((cidr) => ({ cidr, view }))),
    ),
    upstreams,
    deadline: config.deadline,
    table,
    suffixes,
    suffixStart,
    views,
    identities,
    upstreamSets,
    upstreamStart,
    upstreamIds: sharedU32From(upstreamIds),
    policies,
    maxLabels,
  };

  function upstreamId(endpoint: string, rule: Rule): number {
    let id = ids.get(endpoint);
    if (id === undefined) {
      id = upstreams.length;
      ids.set(endpoint, id);
      const { address, port } = parseEndpoint(endpoint)!;
      upstreams.push({
        endpoint,
        address,
        port: port!,
        budget: budgets.get(endpoint),
        probes: [],
      });
    }
    const { probes } = upstreams[id]!;
    if (probes.length < MAX_PROBES) {
      const name = rule.probe ? nameToWire(rule.probe.name) : rule.suffix;
      probes.push({ name, type: typeNumber(rule.probe?.type ?? 'SOA')! });
    }
    return id;
  }

  /** Returns the number of labels. */
  function insert(index: number, rule: Rule): number {
    const labels = labelStarts(rule.suffix, 0);
    let hash = hashView(rule.view);
    for (let label = labels - 1; label >= 0; label--) hash = hashLabel(hash, rule.suffix, starts[label]!);
    let slot = slotOf(hash, slots);
    while (table[slot * 2 + 1] !== 0) slot = (slot + 1) & (slots - 1);
    table[slot * 2] = hash;
    table[slot * 2 + 1] = index + 1;
    return labels;
  }
}

/** The rule with the longest suffix that covers the name, or NO_RULE. `name`: lower-case wire form at `offset`. */
export function matchRule(rules: RuleSet, view: number, name: Uint8Array, offset: number): number {
  const labels = labelStarts(name, offset);
  const end = labels === 0 ? offset : starts[labels - 1]! + name[starts[labels - 1]!]! + 1;
  let hash = hashView(view);
  let best = findRule(rules, view, hash, name, end);
  const deepest = Math.max(0, labels - rules.maxLabels);
  for (let label = labels - 1; label >= deepest; label--) {
    const start = starts[label]!;
    hash = hashLabel(hash, name, start);
    const rule = findRule(rules, view, hash, name, start);
    if (rule !== NO_RULE) best = rule;
  }
  return best;
}

function findRule(rules: RuleSet, view: number, hash: number, name: Uint8Array, start: number): number {
  const { table, suffixes, suffixStart, views } = rules;
  const slots = table.length >> 1;
  for (let slot = slotOf(hash, slots); table[slot * 2 + 1] !== 0; slot = (slot + 1) & (slots - 1)) {
    if (table[slot * 2] !== hash) continue;
    const rule = table[slot * 2 + 1]! - 1;
    if (views[rule] !== view) continue;
    const from = suffixStart[rule]!;
    const length = suffixStart[rule + 1]! - from;
    let index = 0;
    while (index < length && suffixes[from + index] === name[start + index]) index++;
    if (index === length) return rule;
  }
  return NO_RULE;
}

function addView(rules: Rule[], view: number, listed: ForwarderConfig['rules'], otherwise: Otherwise): void {
  let root = false;
  for (const { suffix, upstreams, policy, probe } of listed) {
    root ||= suffix === '.';
    rules.push({ view, suffix: nameToWire(suffix), upstreams, policy: policy ?? 'fastest', probe });
  }
  if (root || otherwise === 'refuse') return;
  const { upstreams, policy, probe } = otherwise;
  rules.push({ view, suffix: ROOT_WIRE, upstreams, policy: policy ?? 'fastest', probe });
}

/** IP:PORT, the port of DNS where none is given. */
export function endpointOf(text: string): string {
  const { address, port } = parseEndpoint(text)!;
  return address.includes(':') ? `[${address}]:${port ?? DNS_PORT}` : `${address}:${port ?? DNS_PORT}`;
}

/** Where the labels of the latest name start; a name has at most 127. */
const starts = new Uint16Array(128);

function labelStarts(name: Uint8Array, offset: number): number {
  let labels = 0;
  for (let at = offset; name[at] !== 0 && labels < 128; at += name[at]! + 1) starts[labels++] = at;
  return labels;
}

function hashView(view: number): number {
  return (0x811c9dc5 + Math.imul(view, 0x9e3779b1)) | 0;
}

/** FNV-1a over the label's length and bytes, on top of the hash of everything right of it. */
function hashLabel(hash: number, name: Uint8Array, start: number): number {
  return hashBytes(hash, name, start, name[start]! + 1);
}

function hashBytes(hash: number, bytes: Uint8Array, start: number, length: number): number {
  let value = hash;
  for (let index = start; index < start + length; index++)
    value = Math.imul(value ^ bytes[index]!, 0x01000193);
  return value;
}

function slotOf(hash: number, slots: number): number {
  return (hash ^ (hash >>> 15)) & (slots - 1);
}

function sharedU32(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(length * 4));
}

function sharedU32From(values: number[]): Uint32Array {
  const array = sharedU32(values.length);
  array.set(values);
  return array;
}
