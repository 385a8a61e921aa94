/** Messages over TCP: each behind its length in two bytes (RFC 1035 §4.2.2). */

export type FrameReader = {
  /**
   * Takes what arrived; calls back for each whole message, until it is told `false`: then the rest waits for the next push. The view is
   * valid during the call only.
   */
  push(chunk: Uint8Array, onMessage: (bytes: Uint8Array) => unknown): void;
};

export function createFrameReader(): FrameReader {
  let rest: Uint8Array = new Uint8Array(0);
  return {
    push(chunk, onMessage) {
      const bytes = rest.length === 0 ? chunk : joined(rest, chunk);
      let at = 0;
      while (at + 2 <= bytes.length) {
        const length = (bytes[at]! << 8) | bytes[at + 1]!;
        if (at + 2 + length > bytes.length) break;
        const goOn = onMessage(bytes.subarray(at + 2, at + 2 + length));
        at += 2 + length;
        if (goOn === false) break;
      }
      // A copy: the chunk's memory belongs to the socket.
      rest = bytes.slice(at);
    },
  };
}

/** A copy of the message with its length before it. */
export function frame(message: Uint8Array, offset: number, length: number): Uint8Array {
  const framed = new Uint8Array(length + 2);
  framed[0] = length >> 8;
  framed[1] = length & 0xff;
  framed.set(message.subarray(offset, offset + length), 2);
  return framed;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
