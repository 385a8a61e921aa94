/** For udp.contract.test.ts: what a socket received, and what it had to report. */
import { PEER_SIZE, type Receiver } from './udp.ts';

type Inbox = {
  receiver: Receiver;
  datagrams: { bytes: Uint8Array; peer: Uint8Array }[];
  /** Waits until there are so many. */
  count(wanted: number): Promise<void>;
};

export function createInbox(
  onDatagram?: (bytes: Uint8Array, peer: Uint8Array) => void,
  onBatchEnd?: () => void,
): Inbox {
  const datagrams: Inbox['datagrams'] = [];
  let wake = Promise.withResolvers<void>();
  return {
    datagrams,
    receiver: {
      onDatagram(bytes, offset, length, peers, peerOffset) {
        const peer = peers.slice(peerOffset, peerOffset + PEER_SIZE);
        datagrams.push({ bytes: bytes.slice(offset, offset + length), peer });
        onDatagram?.(datagrams.at(-1)!.bytes, peer);
      },
      onBatchEnd() {
        onBatchEnd?.();
        wake.resolve();
        wake = Promise.withResolvers();
      },
    },
    async count(wanted) {
      while (datagrams.length < wanted) await wake.promise;
    },
  };
}

/** Collects errors; `next` waits for one more. */
export function createErrors(): { codes: string[]; onError(code: string): void; next(): Promise<string> } {
  const codes: string[] = [];
  let wake = Promise.withResolvers<void>();
  return {
    codes,
    onError(code) {
      codes.push(code);
      wake.resolve();
      wake = Promise.withResolvers();
    },
    async next() {
      const before = codes.length;
      while (codes.length === before) await wake.promise;
      return codes[before]!;
    },
  };
}
