/**
 * Queries whose question another worker has in flight go there and their answers come back: the client is kept here, the other worker
 * sees a sink like any other.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Link } from '../engine/admission.ts';
import type { Engine } from '../engine/engine.ts';
import type { ResolverParts } from '../engine/resolver.ts';
import type { Handed } from '../engine/taking.ts';
import { createShares } from '../inflight/shares.ts';
import { MAX_WAITERS, type Sink } from '../inflight/slots.ts';
import { writeRcode } from '../packet/compose.ts';
import { EDE, extendedError } from '../packet/extended-error.ts';
import { SERVFAIL } from '../packet/wire.ts';
import type { RuleSet } from '../rules/rule-set.ts';
import { PEER_SIZE } from '../udp/udp.ts';

type Ask = Handed & { ask: number };
/** Without bytes: the other worker has other rules in force. */
type Reply = { reply: number; bytes: Uint8Array | undefined };
/** Who waits here for another worker's answer. */
type Kept = {
  sink: Sink;
  token: number;
  handed: Handed;
  link: Link | undefined;
  rules: RuleSet;
  rule: number;
};

/** What of an engine other workers need. */
type Taker = Pick<Engine, 'take' | 'takeBack' | 'flush'>;

const MAX_MESSAGE = 0xffff;
const TOO_MANY_CLIENTS = extendedError(EDE.other, 'too many clients are waiting');

export function createHandOver(ports: Map<number, MessagePort>): {
  give: ResolverParts['handOver'];
  serve(engine: Taker): void;
} {
  const kept = new Map<number, Kept>();
  const shares = createShares(MAX_WAITERS);
  let next = 0;

  function settle(engine: Taker, { reply, bytes }: Reply): void {
    const client = kept.get(reply);
    if (!client) return;
    kept.delete(reply);
    const { sink, token, handed, link, rules, rule } = client;
    shares.giveBack(rules, rule);
    if (bytes) {
      const at = sink.reserve();
      sink.out.set(bytes, at);
      sink.commit(bytes.length, handed.peer, 0, token);
    } else engine.takeBack(handed, link!, sink, token);
    engine.flush();
  }

  return {
    give(worker, query, rules, rule, sink, token, peers, peerOffset, limit, hops, link) {
      if (!shares.take(rules, rule)) {
        const at = sink.reserve();
        const length = writeRcode(sink.out, at, query, SERVFAIL, TOO_MANY_CLIENTS);
        return sink.commit(length, peers, peerOffset, token);
      }
      const number = next++;
      const handed: Handed = {
        bytes: query.bytes.slice(query.offset, query.end),
        peer: peers.slice(peerOffset, peerOffset + PEER_SIZE),
        limit,
        hops,
        link: link && {
          view: query.key[query.keyLength - 1]!,
          epoch: link.rules.epoch,
          depth: link.depth,
          deadline: link.deadline,
        },
      };
      kept.set(number, { sink, token, handed, link, rules, rule });
      ports.get(worker)!.postMessage({ ...handed, ask: number } satisfies Ask);
    },

    serve(engine) {
      for (const port of ports.values()) {
        const place = new Uint8Array(MAX_MESSAGE + 1);
        const reply = (number: number, bytes: Uint8Array | undefined) =>
          port.postMessage({ reply: number, bytes } satisfies Reply);
        const sink: Sink = {
          out: place,
          reserve: () => 0,
          commit: (length, _peers, _offset, token) => reply(token, place.slice(0, length)),
        };
        port.on('message', (message: Ask | Reply) => {
          if ('reply' in message) return settle(engine, message);
          if (!engine.take(message, sink, message.ask)) reply(message.ask, undefined);
          engine.flush();
        });
      }
    },
  };
}
