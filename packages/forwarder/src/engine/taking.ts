/** Queries from other workers: their question is in flight here, or was a moment ago. */
import type { Sink } from '../inflight/slots.ts';
import { writeRcode } from '../packet/compose.ts';
import { EDE, extendedError } from '../packet/extended-error.ts';
import { createQuery, finishKey, readQuery, wantsAuthenticData } from '../packet/query.ts';
import { REFUSED } from '../packet/wire.ts';
import { NO_VIEW, viewOfPeer } from '../rules/clients.ts';
import { type Link, MAX_HOPS } from './admission.ts';
import type { Clock } from './clock.ts';
import type { Lookup } from './lookup.ts';
import type { Active, Resolver } from './resolver.ts';

/** What of a link another worker understands. */
export type SentLink = { view: number; epoch: number; depth: number; deadline: number };

/** A query on its way to another worker. */
export type Handed = {
  bytes: Uint8Array;
  peer: Uint8Array;
  limit: number;
  hops: number;
  /** For the target of a CNAME, that no client has asked. */
  link: SentLink | undefined;
};

export type Taking = {
  /** False where it is the target of a CNAME that was found under other rules than are in force here: then its worker asks itself. */
  take(handed: Handed, sink: Sink, token: number): boolean;
  /** Asks ourselves what no other worker could take. */
  takeBack(handed: Handed, link: Link, sink: Sink, token: number): void;
};

export const NOT_A_CLIENT = extendedError(EDE.prohibited, 'not a client of this forwarder');

export function createTaking(
  clock: Clock,
  active: () => Active,
  lookup: Lookup,
  resolver: Pick<Resolver, 'resolve'>,
): Taking {
  const query = createQuery();

  function answer(
    handed: Handed,
    view: number,
    hops: number,
    link: Link | undefined,
    sink: Sink,
    token: number,
  ): void {
    const { bytes, peer, limit } = handed;
    readQuery(query, bytes, 0, bytes.length);
    const at = sink.reserve();
    if (view === NO_VIEW)
      return sink.commit(writeRcode(sink.out, at, query, REFUSED, NOT_A_CLIENT), peer, 0, token);
    finishKey(query, view);
    const { rules } = link ?? active();
    const size = lookup.fresh(query, rules, sink.out, at, limit, query, wantsAuthenticData(query));
    if (size > 0) sink.commit(size, peer, 0, token);
    else resolver.resolve(query, sink, token, peer, 0, limit, hops, link);
  }

  return {
    take(handed, sink, token) {
      clock.tick();
      const { link, peer, hops } = handed;
      const now = active();
      if (link && link.epoch !== now.rules.epoch) return false;
      const view = link ? link.view : viewOfPeer(now.rules.clients, peer, 0);
      answer(handed, view, hops, link && { ...now, ...link, parent: undefined }, sink, token);
      return true;
    },
    takeBack(handed, link, sink, token) {
      clock.tick();
      answer(handed, handed.link!.view, MAX_HOPS, link, sink, token);
    },
  };
}
