/**
 * Queries that come back: an upstream that asks us what we have just asked it. (A loop over more servers meets the question in flight,
 * joins it, and ends by the deadline.)
 */
import { formatAddress } from '@pointsman/core/address';
import type { Attempt, Slot, Slots } from '../inflight/slots.ts';
import { hashWords } from '../packet/hash.ts';
import { KEY_CHECKING_DISABLED, KEY_DNSSEC_OK, type Query } from '../packet/query.ts';
import { AF_INET6, encodePeer, peerAddressBytes } from '../udp/peer.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import type { Claims } from './claims.ts';

export type Loops = {
  /** True where the peer's address is an upstream's: what it asks may be our own question. */
  isUpstream(peers: Uint8Array, offset: number): boolean;
  /** The attempt that this query of an upstream closes a loop with. */
  find(query: Query, peers: Uint8Array, offset: number): { slot: Slot; attempt: Attempt } | undefined;
  /** Another worker that has asked the question, and so can tell whether this is a loop; -1: none. */
  asker(query: Query): number;
  addressOf(peers: Uint8Array, offset: number): string;
  /** Tells which addresses are upstreams'. */
  use(upstreams: Upstream[]): void;
};

export function createLoops(
  slots: Slots,
  claims: Claims | undefined,
  upstreamAt: (index: number) => Upstream,
): Loops {
  let addresses = new Set<number>();

  /** An upstream asks with flags of its own (DO, CD): its question is ours all the same. */
  function underAnyFlags(query: Query, visit: (hash: number) => boolean): void {
    const { key, keyWords, keyLength, nameLength } = query;
    const at = nameLength + 2;
    const own = key[at]!;
    for (let bits = 0; bits <= (KEY_DNSSEC_OK | KEY_CHECKING_DISABLED); bits++) {
      key[at] = bits;
      if (visit(hashWords(keyWords, (keyLength + 3) >> 2))) break;
    }
    key[at] = own;
  }

  /** Our attempt at asking the peer; undefined where it may as well be a client. */
  function attemptAt(slot: Slot, peers: Uint8Array, offset: number): Attempt | undefined {
    // Where the first to ask has the same address, clients and a server share it.
    for (let waiter = slot.waiters; waiter; waiter = waiter.next) {
      if (sameAddress(waiter.peer, 0, peers, offset)) return undefined;
    }
    return slot.attempts
      .slice(0, slot.attemptCount)
      .find(
        ({ key, upstream }) =>
          key >= 0 && sameAddress(encodePeer(upstreamAt(upstream).address.address, 0), 0, peers, offset),
      );
  }

  return {
    isUpstream: (peers, offset) => addresses.has(addressHash(peers, offset)),
    find(query, peers, offset) {
      let found: { slot: Slot; attempt: Attempt } | undefined;
      underAnyFlags(query, (hash) => {
        const slot = slots.find(hash, query.key, query.keyLength);
        const attempt = slot && attemptAt(slot, peers, offset);
        if (attempt) found = { slot, attempt };
        return attempt !== undefined;
      });
      return found;
    },
    asker(query) {
      let worker = -1;
      if (claims) {
        underAnyFlags(query, (hash) => {
          worker = claims.holder(hash);
          return worker >= 0;
        });
      }
      return worker;
    },
    addressOf: (peers, offset) => formatAddress(peerAddressBytes(peers, offset)),
    use(upstreams) {
      addresses = new Set(upstreams.map(({ address }) => addressHash(encodePeer(address.address, 0), 0)));
    },
  };
}

/** For every query that the cache cannot answer: so without a view on the bytes. */
function addressHash(peers: Uint8Array, offset: number): number {
  const long = peers[offset] === AF_INET6;
  const start = offset + (long ? 8 : 4);
  const end = start + (long ? 16 : 4);
  let hash = 0;
  for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + peers[at]!) | 0;
  return hash;
}

function sameAddress(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number): boolean {
  const left = peerAddressBytes(a, aOffset);
  const right = peerAddressBytes(b, bOffset);
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
