/**
 * Space in 127.0.0.0/8. Addresses are numbers here: 127.10.1.53 is 0x7f0a0135. A block is a power of two of addresses, aligned to its size.
 */
export type Block = { first: number; size: number };

const FIRST = 0x7f000000;
const END = 0x80000000;

export type BlockSpace = {
  /** Takes this block; false where any of it is taken, or lies outside 127.0.0.0/8. */
  take: (block: Block) => boolean;
  /** Takes the highest free block of a size; undefined where there is none. */
  takeHighest: (size: number) => Block | undefined;
};

/** Empty space but for the last 256 addresses: 127.255.255.255 is the loopback network's broadcast address. */
export function makeBlockSpace(): BlockSpace {
  /** Sorted by `first`; none overlaps another. */
  const taken: Block[] = [{ first: END - 256, size: 256 }];
  /** The index of the first taken block that ends after `address`. */
  const indexAfter = (address: number): number => {
    let low = 0;
    let high = taken.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (taken[middle]!.first + taken[middle]!.size > address) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const take = (block: Block): boolean => {
    const index = indexAfter(block.first);
    const next = taken[index];
    if (block.first < FIRST || block.first + block.size > END) return false;
    if (next && next.first < block.first + block.size) return false;
    taken.splice(index, 0, block);
    return true;
  };
  const takeHighest = (size: number): Block | undefined => {
    let end = END;
    for (let index = taken.length - 1; index >= -1; index--) {
      const below = index < 0 ? FIRST : taken[index]!.first + taken[index]!.size;
      const first = Math.floor((end - size) / size) * size;
      if (first >= below) {
        const block = { first, size };
        taken.splice(index + 1, 0, block);
        return block;
      }
      if (index >= 0) end = taken[index]!.first;
    }
    return undefined;
  };
  return { take, takeHighest };
}

export function blocksOverlap(a: Block, b: Block): boolean {
  return a.first < b.first + b.size && b.first < a.first + a.size;
}

/** The number of the loopback address that has the last three bytes of an IPv4 address. */
export function addressNumber(bytes: Uint8Array): number {
  return FIRST + bytes[1]! * 0x10000 + bytes[2]! * 0x100 + bytes[3]!;
}

export function addressText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

export function blockText(block: Block): string {
  return `${addressText(block.first)}/${32 - Math.log2(block.size)}`;
}
