import type { Load } from '../load/dnsperf.ts';

/** What the files of subjects/ declare: work for servers under load. */

export type LoadSubject = {
  /** The word of `--only`. */
  name: string;
  title: string;
  rules: number;
  /** Whether a server that never asks an upstream can take part. */
  cachedOnly: boolean;
  /** The files of queries, by file name without extension. */
  files(sizes: Sizes): Record<string, readonly string[]>;
  /** What is sent, in this order; `file` of each is a key of `files`. */
  phases(sizes: Sizes): Phases;
};

export type Phases = {
  /** Before anything is measured: the cache filled, the code compiled. */
  warm: Load[];
  /** As fast as answers come back: CPU time and queries per second. */
  measure: Load;
  /** At a rate that every server can keep up with: latencies. */
  latency: Load;
};

/** How much is measured. Warming up does not depend on it: code is compiled and caches are warm, or they are not. */
export type Sizes = { seconds: number };

/** Large enough that nothing which the bench asks is ever evicted. */
export const CACHE_BYTES = 256 * 2 ** 20;
