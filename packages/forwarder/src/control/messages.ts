/** What the main thread and its workers say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { Counters } from '../engine/counters.ts';
import type { HashKey } from '../packet/hash.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import type { UdpKind } from '../udp/udp.ts';
import type { UpstreamState } from '../upstreams/upstream.ts';

export type WorkerSetup = {
  worker: number;
  /** A channel to each other worker. */
  peers: [worker: number, port: MessagePort][];
  transport: UdpKind | undefined;
  listen: { address: string; port: number }[];
  rules: RuleSet;
  cache: SharedArrayBuffer[];
  claims: SharedArrayBuffer;
  budgets: Map<string, SharedArrayBuffer>;
  hashKey: HashKey;
  /** Of the shared clock, milliseconds of the system's monotonic clock. */
  origin: number;
};

export type Command =
  | { type: 'reload'; rules: RuleSet; budgets: Map<string, SharedArrayBuffer> }
  | { type: 'stats'; request: number }
  | { type: 'stop' };

export type UpstreamStats = {
  endpoint: string;
  state: UpstreamState;
  rttMs: number | undefined;
  /** Why it is down; empty where it is not. */
  reason: string;
  sent: number;
  answered: number;
  timeouts: number;
  errors: number;
  heldBack: number;
};

export type Report =
  | { type: 'ready'; transport: UdpKind; transportReason: string | undefined }
  | { type: 'failed'; code: string; message: string }
  | { type: 'reloaded'; epoch: number }
  | { type: 'stats'; request: number; counters: Counters; upstreams: UpstreamStats[] };
