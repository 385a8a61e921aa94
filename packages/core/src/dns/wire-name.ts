/**
 * A name inside a message, pointers followed (RFC 1035 §4.1.4): its uncompressed bytes, case kept, and the offset after it. Undefined
 * for one that runs out of the message, is longer than 255 bytes, or has a pointer that does not point backwards. Each pointer must
 * point before all that was read so far, so the walk ends; 127 of them, as many as a name has labels, are enough for anybody.
 */
export function readName(message: Uint8Array, offset: number): { wire: Uint8Array; end: number } | undefined {
  const wire = new Uint8Array(255);
  let length = 0;
  let position = offset;
  let lowest = offset;
  let end: number | undefined;
  for (let jumps = 0; ; ) {
    const head = message[position];
    if (head === undefined) return undefined;
    if (head >= 0xc0) {
      const low = message[position + 1];
      if (low === undefined || ++jumps > 127) return undefined;
      end ??= position + 2;
      position = ((head & 0x3f) << 8) | low;
      if (position >= lowest) return undefined;
      lowest = position;
      continue;
    }
    if (head > 63 || length + head + 1 > 255 || position + head + 1 > message.length) return undefined;
    for (let index = 0; index <= head; index++) wire[length++] = message[position++]!;
    if (head === 0) return { wire: wire.slice(0, length), end: end ?? position };
  }
}
