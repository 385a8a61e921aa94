/**
 * Who may ask, and which view they have. Compiled to disjoint segments of the address space: a look-up is a binary search, and
 * costs the same for nested CIDRs.
 */
import { parseCidr } from '@pointsman/core/address';
import { AF_INET6 } from '../udp/peer.ts';

/** No CIDR covers the client. */
export const NO_VIEW = -1;

export type ClientTable = {
  /** First addresses of segments, ascending, 1 word an address (IPv4) or 4 (IPv6), most significant first. */
  starts4: Uint32Array;
  starts6: Uint32Array;
  views4: Int16Array;
  views6: Int16Array;
};

type Block = { start: bigint; end: bigint; prefix: number; view: number };

/** The most specific CIDR decides; of two equal ones, the later. @throws RangeError where a text is no CIDR */
export function compileClients(entries: { cidr: string; view: number }[]): ClientTable {
  const blocks4: Block[] = [];
  const blocks6: Block[] = [];
  for (const { cidr, view } of entries) {
    const parsed = parseCidr(cidr);
    if (!parsed) throw new RangeError(`"${cidr}" is no CIDR`);
    const bits = BigInt(parsed.bytes.length * 8 - parsed.prefix);
    const start = parsed.bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
    const block = { start, end: start + (1n << bits), prefix: parsed.prefix, view };
    (parsed.bytes.length === 4 ? blocks4 : blocks6).push(block);
  }
  const segments4 = flatten(blocks4, 1n << 32n);
  const segments6 = flatten(blocks6, 1n << 128n);
  return {
    starts4: shared32(segments4.map(({ start }) => Number(start))),
    starts6: shared32(
      segments6.flatMap(({ start }) =>
        [96n, 64n, 32n, 0n].map((shift) => Number((start >> shift) & 0xffffffffn)),
      ),
    ),
    views4: Int16Array.from(segments4, ({ view }) => view),
    views6: Int16Array.from(segments6, ({ view }) => view),
  };
}

/** The view of a peer (see peer.ts), or NO_VIEW. */
export function viewOfPeer(table: ClientTable, peers: Uint8Array, offset: number): number {
  if (peers[offset] !== AF_INET6) return search4(table, word(peers, offset + 4));
  return search6(
    table,
    word(peers, offset + 8),
    word(peers, offset + 12),
    word(peers, offset + 16),
    word(peers, offset + 20),
  );
}

function search4({ starts4, views4 }: ClientTable, address: number): number {
  let low = 0;
  let high = starts4.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts4[middle]! <= address) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? NO_VIEW : views4[low - 1]!;
}

function search6({ starts6, views6 }: ClientTable, a: number, b: number, c: number, d: number): number {
  let low = 0;
  let high = views6.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = middle * 4;
    const order = starts6[at]! - a || starts6[at + 1]! - b || starts6[at + 2]! - c || starts6[at + 3]! - d;
    if (order <= 0) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? NO_VIEW : views6[low - 1]!;
}

/** Nested blocks → disjoint segments, each from its start to the next one's; the last one goes to the end of the address space. */
function flatten(blocks: Block[], spaceEnd: bigint): { start: bigint; view: number }[] {
  const ordered = blocks
    .map((block, order) => ({ ...block, order }))
    .sort((a, b) =>
      a.start < b.start ? -1 : a.start > b.start ? 1 : a.prefix - b.prefix || a.order - b.order,
    );
  const segments: { start: bigint; view: number }[] = [];
  const open: Block[] = [];
  const emit = (start: bigint) => {
    if (start === spaceEnd) return;
    const view = open.at(-1)?.view ?? NO_VIEW;
    if (segments.at(-1)?.start === start) segments.pop();
    if (segments.at(-1)?.view !== view) segments.push({ start, view });
  };
  const closeUntil = (limit: bigint | undefined) => {
    for (let top = open.at(-1); top && (limit === undefined || top.end <= limit); top = open.at(-1)) {
      open.pop();
      emit(top.end);
    }
  };
  for (const block of ordered) {
    closeUntil(block.start);
    open.push(block);
    emit(block.start);
  }
  closeUntil(undefined);
  return segments;
}

function word(bytes: Uint8Array, offset: number): number {
  return (
    ((bytes[offset]! << 24) | (bytes[offset + 1]! << 16) | (bytes[offset + 2]! << 8) | bytes[offset + 3]!) >>>
    0
  );
}

function shared32(values: number[]): Uint32Array {
  const array = new Uint32Array(new SharedArrayBuffer(values.length * 4));
  array.set(values);
  return array;
}
