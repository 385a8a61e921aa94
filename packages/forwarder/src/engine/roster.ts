/**
 * The upstreams that a worker knows, by index. A reload adds and leaves out; what is left out keeps its index, and what is known of it, until
 * the index is free for another: once no query, socket or connection of its can be left. So there are never more than
 * are in use, and were in the last minute.
 */
import type { UpstreamAddress } from '../rules/rule-set.ts';
import { createUpstream, type Upstream } from '../upstreams/upstream.ts';

export type Roster = {
  /** The upstreams of a new rule set, in its order. `onReuse` gets each index that now belongs to another upstream. */
  use(addresses: UpstreamAddress[], now: number, onReuse: (index: number) => void): Upstream[];
  at(index: number): Upstream;
  readonly inUse: Upstream[];
};

/** Longer than the longest deadline (30 s), and than a socket's age and its lingering. */
export const REUSE_AFTER_MS = 60_000;

export function createRoster(): Roster {
  const byIndex: Upstream[] = [];
  const byEndpoint = new Map<string, Upstream>();
  /** Since when; the longest first. */
  const leftOut = new Map<Upstream, number>();
  let inUse: Upstream[] = [];

  function indexFor(now: number, onReuse: (index: number) => void): number {
    const [longest] = leftOut;
    if (!longest || now - longest[1] < REUSE_AFTER_MS) return byIndex.length;
    const [upstream] = longest;
    leftOut.delete(upstream);
    byEndpoint.delete(upstream.address.endpoint);
    onReuse(upstream.index);
    return upstream.index;
  }

  return {
    use(addresses, now, onReuse) {
      for (const { endpoint } of addresses) {
        const known = byEndpoint.get(endpoint);
        if (known) leftOut.delete(known);
      }
      const used = addresses.map((address) => {
        const known = byEndpoint.get(address.endpoint);
        if (known) {
          known.address = address;
          return known;
        }
        const made = createUpstream(indexFor(now, onReuse), address, now);
        byIndex[made.index] = made;
        byEndpoint.set(address.endpoint, made);
        return made;
      });
      const kept = new Set(used);
      for (const upstream of inUse) if (!kept.has(upstream)) leftOut.set(upstream, now);
      inUse = used;
      return used;
    },
    at: (index) => byIndex[index]!,
    get inUse() {
      return inUse;
    },
  };
}
