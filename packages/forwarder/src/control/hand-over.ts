/**
 * Queries whose question another worker has in flight go there and their answers come back: the client is kept here, the other worker
 * sees a sink like any other.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Engine } from '../engine/engine.ts';
import type { ResolverParts } from '../engine/resolver.ts';
import { MAX_WAITERS, type Sink } from '../inflight/slots.ts';
import { writeRcode } from '../packet/compose.ts';
import { EDE, extendedError } from '../packet/extended-error.ts';
import { SERVFAIL } from '../packet/wire.ts';
import { PEER_SIZE } from '../udp/udp.ts';

/** `view` is that of a question without a client: the target of a CNAME. */
type Ask = { ask: number; bytes: Uint8Array; peer: Uint8Array; view: number; limit: number };
type Reply = { reply: number; bytes: Uint8Array };

const MAX_MESSAGE = 0xffff;

export function createHandOver(ports: Map<number, MessagePort>): {
  give: ResolverParts['handOver'];
  serve(engine: Engine): void;
} {
  const kept = new Map<number, { sink: Sink; token: number; peer: Uint8Array }>();
  let next = 0;

  return {
    give(worker, query, sink, token, peers, peerOffset, limit) {
      if (kept.size >= MAX_WAITERS) {
        const at = sink.reserve();
        const why = extendedError(EDE.other, 'too many clients are waiting');
        sink.commit(writeRcode(sink.out, at, query, SERVFAIL, why), peers, peerOffset, token);
        return;
      }
      const number = next++;
      const peer = peers.slice(peerOffset, peerOffset + PEER_SIZE);
      kept.set(number, { sink, token, peer });
      ports.get(worker)!.postMessage({
        ask: number,
        bytes: query.bytes.slice(query.offset, query.end),
        peer,
        view: query.key[query.keyLength - 1]!,
        limit,
      } satisfies Ask);
    },

    serve(engine) {
      for (const port of ports.values()) {
        const place = new Uint8Array(MAX_MESSAGE + 1);
        const sink: Sink = {
          out: place,
          reserve: () => 0,
          commit(length, _peers, _offset, token) {
            port.postMessage({ reply: token, bytes: place.slice(0, length) } satisfies Reply);
          },
        };
        port.on('message', (message: Ask | Reply) => {
          if ('ask' in message) {
            const { bytes, peer, view, limit, ask } = message;
            return engine.take(bytes, peer, view, limit, sink, ask);
          }
          const client = kept.get(message.reply);
          if (!client) return;
          kept.delete(message.reply);
          const at = client.sink.reserve();
          client.sink.out.set(message.bytes, at);
          client.sink.commit(message.bytes.length, client.peer, 0, client.token);
          engine.flush();
        });
      }
    },
  };
}
