import type { ForwarderConfig } from '@pointsman/core/config';
import type { EngineKind, EngineMetrics } from '@pointsman/host';

/** What goes between the lab and the process of a member, over the channel that the two have. */
export type ToMember =
  | { kind: 'start'; engine: EngineKind; config: ForwarderConfig }
  /** Load what that engine takes, and start nothing. */
  | { kind: 'load'; engine: EngineKind }
  | { kind: 'stats'; request: number }
  | { kind: 'stop' };

export type FromMember =
  | { kind: 'started'; transport: string }
  | { kind: 'failed'; code: string; message: string }
  | { kind: 'stats'; request: number; stats: EngineMetrics };
