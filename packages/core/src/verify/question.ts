import type { Name } from '../dns/name.ts';
import type { Model } from './model.ts';
import type { Outage } from './outage.ts';
import { type Reply, saidOf } from './reply.ts';
import type { Hop, Said } from './trace.ts';

export type Question = { readonly name: Name; readonly type: string };

/** What a walk through the model for one name carries along. */
export type Walker = {
  readonly model: Model;
  readonly outage: Outage;
  readonly hops: Hop[];
  /** Who is answering what: it is a loop to be asked that again. */
  readonly answering: Set<string>;
  /** Notes a hop; what comes of it is settled later. */
  hop: (hop: Hop) => Hop;
  settle: (hop: Hop, says: Said | undefined) => void;
  /** False where the walk has taken too many steps to go on. */
  step: () => boolean;
};

/** Questions that one trace may ask. Only forwarding in circles through many places needs more. */
const MAX_STEPS = 400;

export function makeWalker(model: Model, outage: Outage): Walker {
  const hops: Hop[] = [];
  let steps = 0;
  return {
    model,
    outage,
    hops,
    answering: new Set(),
    hop: (hop) => {
      hops.push(hop);
      return hop;
    },
    settle: (hop, says) => {
      if (says !== undefined) hop.says = says;
    },
    step: () => ++steps <= MAX_STEPS,
  };
}

/** The hop of one who asks nobody else. */
export function decide(
  walker: Walker,
  at: string,
  asks: string,
  name: Name,
  type: string,
  because: string,
  depth: number,
  reply: Reply,
): void {
  const hop = walker.hop({ at, asks, name, type, because, depth });
  walker.settle(hop, saidOf({ ...reply, aliases: [] }));
}
