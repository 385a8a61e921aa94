import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { decodeMessage, encodeMessage, type Message, rdataFromText } from '@pointsman/core/dns';
import { type Handle, startDnsServer } from '@pointsman/zones';
import { ask } from './ask.ts';

const question = { name: 'www.example.', type: 'TXT' };

describe('ask', { timeout: 300_000 }, () => {
  test('gets the answer, over UDP, from the address it is told to ask from', async (t) => {
    const seen: string[] = [];
    const server = await serve(t, (packet, { address }) => {
      seen.push(address);
      return answerTo(packet, ['hello']);
    });
    const reply = await ask({ server, source: '127.9.9.9', ...question });
    assert.ok(reply.ok);
    assert.equal(reply.transport, 'udp');
    assert.equal(reply.message.answers.length, 1);
    assert.deepEqual(seen, ['127.9.9.9']);
  });

  test('asks again over TCP where the answer is truncated', async (t) => {
    const server = await serve(t, (packet, { transport }) =>
      transport === 'tcp' ? answerTo(packet, ['all', 'of', 'it']) : answerTo(packet, [], { tc: true }),
    );
    const reply = await ask({ server, source: '127.9.9.9', ...question });
    assert.ok(reply.ok);
    assert.equal(reply.transport, 'tcp');
    assert.equal(reply.message.answers.length, 3);
  });

  test('asks as often as it is told where nothing comes, and then says so', async (t) => {
    let packets = 0;
    const server = await serve(t, () => {
      packets++;
      return undefined;
    });
    const reply = await ask({ server, ...question, patience: 30, tries: 3 });
    assert.ok(!reply.ok);
    assert.equal(reply.reason, 'silent');
    assert.equal(packets, 3);
  });

  test('takes nothing but the response to its own question', async (t) => {
    const socket = createSocket('udp4');
    t.after(() => socket.close());
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.on('message', (packet, { port, address }) => {
      const query = decodeMessage(packet)!;
      const forgeries: Uint8Array[] = [
        Uint8Array.of(1, 2, 3),
        packet,
        answerTo(encodeMessage({ ...query, id: query.id ^ 1 }), ['wrong id']),
        answerTo(encodeMessage({ ...query, question: { name: 'other.example.', type: 'TXT', class: 1 } }), [
          'wrong name',
        ]),
        answerTo(packet, ['right']),
      ];
      for (const each of forgeries) socket.send(each, port, address);
    });
    const { port } = socket.address();
    const reply = await ask({ server: { address: '127.0.0.1', port }, ...question });
    assert.ok(reply.ok);
    assert.deepEqual(reply.message.answers[0]!.data, rdataFromText('TXT', '"right"', '.'));
  });

  test('says at once that nobody is there', async (t) => {
    const server = await serve(t, () => undefined);
    await server.stop();
    const reply = await ask({ server, ...question, patience: 10_000 });
    assert.ok(!reply.ok);
    assert.equal(reply.reason, 'unreachable');
  });

  test('says that it cannot ask from an address that this machine does not have', async (t) => {
    const server = await serve(t, () => undefined);
    const reply = await ask({ server, source: '192.0.2.1', ...question });
    assert.ok(!reply.ok);
    assert.equal(reply.reason, 'unreachable');
    assert.match(reply.detail, /EADDRNOTAVAIL/);
  });
});

async function serve(t: TestContext, handle: Handle) {
  const server = await startDnsServer({ address: '127.0.0.1', port: 0, handle });
  t.after(() => server.stop().catch(() => {}));
  return server;
}

function answerTo(
  packet: Uint8Array,
  texts: readonly string[],
  flags: Partial<Message['flags']> = {},
): Uint8Array {
  const query = decodeMessage(packet)!;
  const { name, type } = query.question!;
  return encodeMessage({
    ...query,
    flags: { ...query.flags, qr: true, ...flags },
    answers: texts.map((text) => ({
      name,
      type,
      class: 1,
      ttl: 60,
      data: rdataFromText('TXT', `"${text}"`, '.'),
    })),
  });
}
