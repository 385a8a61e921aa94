import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { parseForwarderConfig } from '@pointsman/core/config';
import { encodeQuery } from '@pointsman/core/dns';
import type { Link } from '../engine/admission.ts';
import type { Handed } from '../engine/taking.ts';
import type { Sink } from '../inflight/slots.ts';
import { createQuery, finishKey, readQuery } from '../packet/query.ts';
import { compileRules } from '../rules/rule-set.ts';
import { PEER_SIZE } from '../udp/udp.ts';
import { createSelection } from '../upstreams/selection.ts';
import { createUpstream } from '../upstreams/upstream.ts';
import { createHandOver } from './hand-over.ts';

type Seen = { taken: Handed[]; back: [Handed, Link][]; answers: [token: number, bytes: Uint8Array][] };

/** A worker that hands over to another one, which does what `take` does. */
function pair(t: TestContext, take: (handed: Handed, sink: Sink, token: number) => boolean) {
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  const seen: Seen = { taken: [], back: [], answers: [] };
  const out = new Uint8Array(512);
  const sink: Sink = {
    out,
    reserve: () => 0,
    commit: (length, _peers, _offset, token) => seen.answers.push([token, out.slice(0, length)]),
  };
  const here = createHandOver(new Map([[1, port1]]));
  here.serve({ take: () => true, takeBack: (handed, link) => seen.back.push([handed, link]), flush() {} });
  createHandOver(new Map([[0, port2]])).serve({
    take(handed, to, token) {
      seen.taken.push(handed);
      return take(handed, to, token);
    },
    takeBack() {},
    flush() {},
  });
  const query = createQuery();
  const packet = encodeQuery({ id: 7, name: 'www.example.', type: 'A', recursionDesired: true });
  readQuery(query, packet, 0, packet.length);
  finishKey(query, 4);
  const give = (link: Link | undefined) =>
    here.give(1, query, linkOf().rules, 0, sink, 99, new Uint8Array(PEER_SIZE).fill(3), 0, 1232, 1, link);
  return { seen, packet, give, answered: () => once(port1, 'message') };
}

function linkOf(): Link {
  const parsed = parseForwarderConfig({
    name: 'f',
    listen: ['127.0.0.1:53'],
    clients: [],
    rules: [{ suffix: 'example', upstreams: ['10.0.0.1'] }],
  });
  assert.ok(parsed.ok);
  const rules = compileRules(parsed.config, 6);
  const selection = createSelection(rules, [createUpstream(0, rules.upstreams[0]!, 0)]);
  return { rules, selection, depth: 3, deadline: 4321, parent: undefined };
}

describe('a query that is handed over', () => {
  it('comes to the other worker as it was asked, and its answer to the client here', async (t) => {
    const { seen, packet, give, answered } = pair(t, (_handed, sink, token) => {
      sink.out.set([1, 2, 3], sink.reserve());
      sink.commit(3, new Uint8Array(PEER_SIZE), 0, token);
      return true;
    });
    give(undefined);
    await answered();
    const peer = new Uint8Array(PEER_SIZE).fill(3);
    assert.deepEqual(
      seen.taken.map(({ bytes, peer, limit, hops, link }) => ({
        bytes: Uint8Array.from(bytes),
        peer,
        limit,
        hops,
        link,
      })),
      [{ bytes: Uint8Array.from(packet), peer, limit: 1232, hops: 1, link: undefined }],
    );
    assert.deepEqual(seen.answers, [[99, Uint8Array.of(1, 2, 3)]]);
    assert.deepEqual(seen.back, []);
  });

  it('keeps the depth and the deadline of its chain, and comes back where the other worker has other rules', async (t) => {
    const { seen, give, answered } = pair(t, () => false);
    const link = linkOf();
    give(link);
    await answered();
    assert.deepEqual(seen.taken[0]!.link, { view: 4, epoch: 6, depth: 3, deadline: 4321 });
    assert.equal(seen.back.length, 1);
    assert.equal(seen.back[0]![1], link);
    assert.deepEqual(seen.answers, []);
  });
});
