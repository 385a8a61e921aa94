/** Unpredictable numbers for transaction IDs and sockets, taken from the system in blocks. */
import { randomFillSync } from 'node:crypto';

const block = new Uint16Array(4096);
let used = block.length;

/** 0 to 65535. */
export function random16(): number {
  if (used === block.length) {
    randomFillSync(block);
    used = 0;
  }
  return block[used++]!;
}
