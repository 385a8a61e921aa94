import type { ForwarderConfig } from '@pointsman/core/config';
import type { Name } from '@pointsman/core/dns';
import type { ForwarderStats, UpstreamStats } from '@pointsman/forwarder';

/** What answers queries by a configuration, whatever it is made of. */
export type Engine = {
  readonly kind: EngineKind;
  /** How it does UDP (`mmsg`, `dgram`), or that it is a `named`. */
  readonly transport: string;
  /** Why that is not the best way there is; undefined where it is. */
  readonly transportReason?: string | undefined;
  /**
   * The new configuration holds for every query that comes after this resolves.
   * @throws EngineError; then the old one goes on serving
   */
  reload(config: ForwarderConfig): Promise<void>;
  health(): Promise<Health>;
  metrics(): Promise<EngineMetrics>;
  /** Resolves when nothing of it runs any more. */
  stop(): Promise<void>;
};

export type EngineKind = 'native' | 'bind';

export type EngineOptions = {
  /** Threads that answer. */
  workers: number;
  /** What the engine has to say, a line at a time. */
  log: (line: LogLine) => void;
  /** Nothing is served any more, and the engine cannot mend that: its owner should end the process. */
  onFailure: (error: Error) => void;
  /** Nobody wants it any more: a start that would take long is broken off. Without meaning once it has started. */
  signal?: AbortSignal;
};

export type LogLine = {
  level: 'debug' | 'info' | 'warning' | 'error';
  /** Which part speaks: `supervisor`, or a category of BIND's such as `general`. */
  category: string;
  message: string;
};

export type Health = {
  /** It answers queries. */
  serving: boolean;
  /** Why it does not; empty where it does. */
  reason: string;
  /** Rules none of whose upstreams answers: their names have stale answers at best. The root stands for `otherwise`. */
  deadRules: { view: string | undefined; suffix: Name }[];
};

/** Counts since the start, of what every engine can count, in the native engine's words; what only one has may be missing. */
export type EngineMetrics = Partial<ForwarderStats> &
  Pick<
    ForwarderStats,
    | 'queries'
    | 'queriesTcp'
    | 'cacheHits'
    | 'cacheMisses'
    | 'servfails'
    | 'staleAnswers'
    | 'upstreamQueries'
    | 'upstreamTimeouts'
    | 'mismatched'
    | 'inFlight'
    | 'cacheEntries'
    | 'cacheBytes'
  > & {
    /** Refused clients and refused names. */
    refused: number;
    upstreams: UpstreamStats[];
  };

/**
 * Why an engine does not start, or does not take a configuration. `code` is stable: `RESTART_NEEDED`, `NOT_INSTALLED`, `REJECTED` (by
 * the server's own checks), `NOT_STARTED`, `STOPPED` (meanwhile), or that of a system error such as `EADDRINUSE`.
 */
export class EngineError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'EngineError';
    this.code = code;
  }
}
