import type { AgentStatus } from '@pointsman/host';

/** How a heal ended, and how long it took: `healed in 8.2 s`. */
export function healOutcome({ outcome, took_ms }: AgentStatus['heals'][number]): string {
  return took_ms === undefined ? outcome : `${outcome} in ${(took_ms / 1000).toFixed(1)} s`;
}
