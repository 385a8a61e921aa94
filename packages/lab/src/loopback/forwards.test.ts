import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { decodeMessage, encodeMessage, rdataFromText, SERVFAIL } from '@pointsman/core/dns';
import { type Handle, startDnsServer } from '@pointsman/zones';
import { makeForwards } from './forwards.ts';

/** Two members of a tier, at two addresses and one port. */
const FIRST = '127.200.0.1';
const SECOND = '127.200.0.2';

describe('conditional forwarding', { timeout: 300_000 }, () => {
  test('asks the servers of the longest suffix, from the authority’s own address', async (t) => {
    const sources: string[] = [];
    const { port } = await serve(t, FIRST, 0, (packet, { address }) => {
      sources.push(address);
      return answerTo(packet);
    });
    const forwards = makeForwards(
      authorityFor([
        ['cloud.example.', [FIRST]],
        ['b.cloud.example.', [SECOND]],
      ]),
      '127.200.0.9',
      port,
    );
    const answer = await forwards.ask({ name: 'a.cloud.example.', type: 'A', dnssecOk: false });
    assert.equal(answer?.answers.length, 1);
    assert.deepEqual(sources, ['127.200.0.9']);
    assert.equal(forwards.ask({ name: 'a.corp.example.', type: 'A', dnssecOk: false }), undefined);
  });

  test('goes on to the next server where one is gone, or silent, or fails, and then asks the one that answered first', async (t) => {
    let asked = 0;
    const { port } = await serve(t, SECOND, 0, answerTo);
    const forwards = makeForwards(authorityFor([['example.', [FIRST, SECOND]]]), '127.200.0.9', port);
    const question = { name: 'a.example.', type: 'A', dnssecOk: false };
    assert.equal((await forwards.ask(question))?.answers.length, 1, 'the first one is gone');

    const silent = createSocket('udp4');
    t.after(() => silent.close());
    silent.bind(port, FIRST);
    await once(silent, 'listening');
    silent.on('message', () => asked++);
    const fresh = makeForwards(authorityFor([['example.', [FIRST, SECOND]]]), '127.200.0.9', port);
    assert.equal((await fresh.ask(question))?.answers.length, 1, 'the first one is silent');
    assert.equal(asked, 1);
    assert.equal((await fresh.ask(question))?.answers.length, 1);
    assert.equal(asked, 1, 'the one that answered is asked first from then on');
  });

  test('is SERVFAIL with what each server did where none answers', async (t) => {
    const { port } = await serve(t, FIRST, 0, (packet) => {
      const query = decodeMessage(packet)!;
      return encodeMessage({ ...query, flags: { ...query.flags, qr: true }, rcode: SERVFAIL });
    });
    const forwards = makeForwards(authorityFor([['example.', [FIRST, SECOND]]]), '127.200.0.9', port);
    const answer = await forwards.ask({ name: 'a.example.', type: 'A', dnssecOk: false });
    assert.equal(answer?.rcode, SERVFAIL);
    assert.match(answer!.extendedError!.text, /127\.200\.0\.1: SERVFAIL; 127\.200\.0\.2: .*ECONNREFUSED/);
  });
});

function authorityFor(forwards: readonly (readonly [suffix: string, upstreams: string[]])[]) {
  return {
    name: 'dns',
    network: 'office',
    servers: [],
    zones: [],
    forwards: forwards.map(([suffix, upstreams]) => ({ suffix, upstreams })),
  };
}

async function serve(t: TestContext, address: string, port: number, handle: Handle) {
  const server = await startDnsServer({ address, port, handle });
  t.after(() => server.stop());
  return server;
}

function answerTo(packet: Uint8Array): Uint8Array {
  const query = decodeMessage(packet)!;
  const { name, type } = query.question!;
  const data = rdataFromText('A', '10.0.0.1', '.');
  return encodeMessage({
    ...query,
    flags: { ...query.flags, qr: true },
    answers: [{ name, type, class: 1, ttl: 60, data }],
  });
}
