import { rcodeName } from '@pointsman/core/dns';
import type { Responder } from '../dns-handler.ts';
import type { Transport } from '../response.ts';

export type ResponseCounts = { transport: Transport; rcode: string; count: number }[];

const RCODES = 16;

/** The same responder, and what it has answered so far, by transport and by the RCODE of the header. */
export function countResponses({ handle, handleInPlace }: Responder): {
  responder: Responder;
  counts: () => ResponseCounts;
} {
  const seen = { udp: new Float64Array(RCODES), tcp: new Float64Array(RCODES) };
  const count = (transport: Transport, flags: number | undefined) => {
    if (flags !== undefined) seen[transport][flags & 0x0f]!++;
  };
  return {
    responder: {
      handle: async (query, client) => {
        const response = await handle(query, client);
        count(client.transport, response?.[3]);
        return response;
      },
      handleInPlace:
        handleInPlace &&
        ((bytes, offset, length, peers, peerOffset, out, at) => {
          const written = handleInPlace(bytes, offset, length, peers, peerOffset, out, at);
          if (written > 0) count('udp', out[at + 3]);
          return written;
        }),
    },
    counts: () =>
      (['udp', 'tcp'] as const).flatMap((transport) =>
        Array.from(seen[transport], (count, rcode) => ({ transport, rcode: rcodeName(rcode), count })).filter(
          ({ count }) => count > 0,
        ),
      ),
  };
}
