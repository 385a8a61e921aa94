/**
 * Queries that come back: an upstream that asks us what we have just asked it. (A loop over more servers meets the question in flight,
 * joins it, and ends by the deadline.)
 */
import { formatAddress } from '@pointsman/core/address';
import type { Attempt, Slot, Slots } from '../inflight/slots.ts';
import { hashWords, KEY_CHECKING_DISABLED, KEY_DNSSEC_OK, type Query } from '../packet/query.ts';
import { encodePeer, peerAddressBytes } from '../udp/peer.ts';
import type { Upstream } from '../upstreams/upstream.ts';

export type Loops = {
  /** The attempt that this query closes a loop with. */
  find(query: Query, peers: Uint8Array, offset: number): { slot: Slot; attempt: Attempt } | undefined;
  /** The peer's address where it is an upstream's: one that joins a question in flight may be a loop. */
  suspect(slot: Slot, peers: Uint8Array, offset: number): string | undefined;
  /** Tells which addresses are upstreams'. */
  use(upstreams: Upstream[]): void;
};

export function createLoops(slots: Slots, upstreamAt: (index: number) => Upstream): Loops {
  let addresses = new Set<number>();

  function isFrom(peers: Uint8Array, offset: number, address: string): boolean {
    const bytes = peerAddressBytes(peers, offset);
    const wanted = peerAddressBytes(encodePeer(address, 0), 0);
    return bytes.length === wanted.length && bytes.every((byte, index) => byte === wanted[index]);
  }

  /** An upstream asks with flags of its own (DO, CD): its question is ours all the same. */
  function findUnderAnyFlags(query: Query, visit: (slot: Slot) => boolean): void {
    const { key, keyWords, keyLength, nameLength } = query;
    const at = nameLength + 2;
    const own = key[at]!;
    for (let bits = 0; bits <= (KEY_DNSSEC_OK | KEY_CHECKING_DISABLED); bits++) {
      key[at] = bits;
      const slot = slots.find(hashWords(keyWords, (keyLength + 3) >> 2), key, keyLength);
      if (slot && visit(slot)) break;
    }
    key[at] = own;
  }

  return {
    find(query, peers, offset) {
      if (!addresses.has(addressHash(peers, offset))) return undefined;
      let found: { slot: Slot; attempt: Attempt } | undefined;
      findUnderAnyFlags(query, (slot) => {
        // Where the first to ask has the same address, clients and a server share it: then this may well be a client.
        for (let waiter = slot.waiters; waiter; waiter = waiter.next) {
          if (sameAddress(waiter.peer, 0, peers, offset)) return false;
        }
        for (let number = 0; number < slot.attemptCount; number++) {
          const attempt = slot.attempts[number]!;
          if (attempt.key < 0 || !isFrom(peers, offset, upstreamAt(attempt.upstream).address.address))
            continue;
          found = { slot, attempt };
          return true;
        }
        return false;
      });
      return found;
    },
    suspect(_slot, peers, offset) {
      if (!addresses.has(addressHash(peers, offset))) return undefined;
      return formatAddress(peerAddressBytes(peers, offset));
    },
    use(upstreams) {
      addresses = new Set(upstreams.map(({ address }) => addressHash(encodePeer(address.address, 0), 0)));
    },
  };
}

function addressHash(peers: Uint8Array, offset: number): number {
  let hash = 0;
  for (const byte of peerAddressBytes(peers, offset)) hash = (Math.imul(hash, 31) + byte) | 0;
  return hash;
}

function sameAddress(a: Uint8Array, aOffset: number, b: Uint8Array, bOffset: number): boolean {
  const left = peerAddressBytes(a, aOffset);
  const right = peerAddressBytes(b, bOffset);
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
