import { createSocket } from 'node:dgram';
import { type Endpoint, encodeQuery } from '../running/question.ts';

/** Packets that are no queries, sent without waiting for anything. */

/** One broken packet: a query cut short, with bytes flipped, with bytes behind it, or bytes that never were a query. */
export function breakQuery(query: Uint8Array, random: () => number): Uint8Array {
  const below = (bound: number) => Math.floor(random() * bound);
  switch (below(4)) {
    case 0:
      return query.subarray(0, below(query.length));
    case 1: {
      const broken = Uint8Array.from(query);
      for (let flips = 1 + below(4); flips > 0; flips--) broken[below(broken.length)]! ^= 1 << below(8);
      return broken;
    }
    case 2:
      return Uint8Array.from([...query, ...Array.from({ length: 1 + below(500) }, () => below(256))]);
    default:
      return Uint8Array.from({ length: below(600) }, () => below(256));
  }
}

/** Sends `perSecond` broken packets a second until stopped, and counts them; what comes back is ignored. */
export function sendMalformed(
  server: Endpoint,
  name: string,
  perSecond: number,
  random: () => number,
): { sent(): number; stop(): void } {
  const socket = createSocket('udp4').on('message', () => undefined);
  const query = encodeQuery(1, name);
  const burst = Math.ceil(perSecond / 10);
  let sent = 0;
  const timer = setInterval(() => {
    for (let packet = 0; packet < burst; packet++) {
      socket.send(breakQuery(query, random), server.port, server.address, () => undefined);
      sent++;
    }
  }, 100);
  return {
    sent: () => sent,
    stop: () => {
      clearInterval(timer);
      socket.close();
    },
  };
}
