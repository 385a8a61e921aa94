import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseForwarderConfig } from '@pointsman/core/config';
import { decodeMessage, encodeQuery } from '@pointsman/core/dns';
import { createCacheMemory, openCache } from '../cache/cache.ts';
import type { Sink } from '../inflight/slots.ts';
import { compileRules } from '../rules/rule-set.ts';
import { encodePeer } from '../udp/peer.ts';
import { PEER_SIZE } from '../udp/udp.ts';
import { createSelection } from '../upstreams/selection.ts';
import { createUpstream } from '../upstreams/upstream.ts';
import { type Link, MAX_HOPS } from './admission.ts';
import type { Clock } from './clock.ts';
import { createLookup } from './lookup.ts';
import type { Active, Resolver } from './resolver.ts';
import { createTaking, type Handed, type Taking } from './taking.ts';

type Resolved = { view: number; hops: number; link: Link | undefined };
type World = { taking: Taking; active: Active; resolved: Resolved[]; sink: Sink; sent: Uint8Array[] };

function worldOf(epoch: number): World {
  const parsed = parseForwarderConfig({
    name: 'f',
    listen: ['127.0.0.1:53'],
    clients: ['10.0.0.0/8'],
    rules: [{ suffix: 'example', upstreams: ['10.0.0.1'] }],
  });
  assert.ok(parsed.ok);
  const rules = compileRules(parsed.config, epoch);
  const active = { rules, selection: createSelection(rules, [createUpstream(0, rules.upstreams[0]!, 0)]) };
  const clock: Clock = { now: 0, seconds: 0, tick() {} };
  const resolved: Resolved[] = [];
  const resolver: Pick<Resolver, 'resolve'> = {
    resolve: (query, _sink, _token, _peers, _peerOffset, _limit, hops, link) =>
      resolved.push({ view: query.key[query.keyLength - 1]!, hops, link }),
  };
  const sent: Uint8Array[] = [];
  const out = new Uint8Array(4096);
  const sink: Sink = { out, reserve: () => 0, commit: (length) => sent.push(out.slice(0, length)) };
  const lookup = createLookup(openCache(createCacheMemory(2 ** 20)), clock);
  return { taking: createTaking(clock, () => active, lookup, resolver), active, resolved, sink, sent };
}

function handed(changes: Partial<Handed>): Handed {
  return {
    bytes: encodeQuery({ id: 7, name: 'www.example.', type: 'A', recursionDesired: true }),
    peer: new Uint8Array(PEER_SIZE),
    limit: 1232,
    hops: 1,
    link: undefined,
    ...changes,
  };
}

describe('a query from another worker', () => {
  it('that is the target of a CNAME keeps its view, its depth and its deadline', () => {
    const { taking, active, resolved, sink } = worldOf(3);
    const link = { view: 2, epoch: 3, depth: 5, deadline: 1234 };
    assert.equal(taking.take(handed({ link }), sink, 1), true);
    const [{ view, hops, link: got }] = resolved as [Resolved];
    assert.deepEqual([view, hops], [2, 1]);
    assert.deepEqual([got!.depth, got!.deadline, got!.parent], [5, 1234, undefined]);
    assert.equal(got!.rules, active.rules);
  });

  it('that is the target of a CNAME found under other rules is not taken: its view may be another', () => {
    const { taking, resolved, sink, sent } = worldOf(3);
    assert.equal(
      taking.take(handed({ link: { view: 2, epoch: 2, depth: 5, deadline: 1234 } }), sink, 1),
      false,
    );
    assert.deepEqual([resolved, sent], [[], []]);
  });

  it('that nobody took is asked by the worker that found it, under the rules that it was found under', () => {
    const { taking, resolved, sink } = worldOf(3);
    const { active } = worldOf(2);
    const link: Link = { ...active, depth: 5, deadline: 1234, parent: undefined };
    taking.takeBack(handed({ link: { view: 2, epoch: 2, depth: 5, deadline: 1234 } }), link, sink, 1);
    assert.deepEqual(resolved, [{ view: 2, hops: MAX_HOPS, link }]);
  });

  it("of a client has the rules of the client's address here, if any", () => {
    const { taking, resolved, sink, sent } = worldOf(3);
    taking.take(handed({ peer: encodePeer('10.1.2.3', 5353) }), sink, 1);
    assert.equal(resolved.length, 1);
    assert.equal(resolved[0]!.link, undefined);
    taking.take(handed({ peer: encodePeer('192.0.2.1', 5353) }), sink, 1);
    assert.equal(resolved.length, 1);
    assert.equal(decodeMessage(sent[0]!)!.rcode, 5);
  });
});
