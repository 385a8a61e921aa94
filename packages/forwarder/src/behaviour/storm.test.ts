/** Malformed packets, and more questions than there is room for: nothing dies, and good queries go on being answered. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { frame } from '../tcp/frames.ts';
import { encodeAsk } from './client.ts';
import { extendedErrorOf, rcodeOf } from './records.ts';
import { startWorld, until, upstream } from './world.ts';

const SLOW = { timeout: 120_000 };

/** Mulberry32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

function mutated(random: (below: number) => number): Uint8Array {
  if (random(10) === 0) return Uint8Array.from({ length: random(300) }, () => random(256));
  const bytes = encodeAsk(`n${random(50)}.corp.example.`, ['A', 'TXT', 'ANY', 'SOA'][random(4)]!, {
    edns: random(2) === 0 ? false : { options: [{ code: random(20), data: new Uint8Array(random(20)) }] },
  });
  for (let change = random(5); change >= 0; change--) bytes[random(bytes.length)] = random(256);
  return random(4) === 0 ? bytes.slice(0, random(bytes.length + 1)) : bytes;
}

for (const transport of ['mmsg', 'dgram'] as const) {
  test(`a storm of malformed packets from clients and from the upstream (${transport})`, SLOW, async (t) => {
    const seed = randomInt(2 ** 31);
    t.diagnostic(`seed ${seed}`);
    const random = randomFrom(seed);
    const corp = await upstream(t, ({ name, message }) => {
      if (name.startsWith('good')) return { answers: [`${name} 0 A 10.0.0.1`] };
      const bytes = mutated(random);
      if (bytes.length > 3) {
        bytes[0] = message.id >> 8;
        bytes[1] = message.id & 0xff;
        if (random(2)) bytes[2]! |= 0x80;
      }
      return bytes;
    });
    const crashes: Error[] = [];
    const world = await startWorld(
      t,
      { 'corp.example': corp },
      { transport, workers: 2, deadline: 300, onCrash: (error) => crashes.push(error) },
    );
    const attacker = await world.udp();
    for (let round = 0; round < 150; round++) {
      for (let packet = 0; packet < 100; packet++) attacker.send(mutated(random));
      assert.equal(
        rcodeOf(await world.client.ask(`good${round % 7}.corp.example.`)),
        'NOERROR',
        `seed ${seed}`,
      );
    }
    for (let connection = 0; connection < 40; connection++) {
      const tcp = await world.tcp();
      for (let packet = 0; packet < 100; packet++) {
        const bytes = mutated(random);
        tcp.socket.write(random(20) === 0 ? bytes : frame(bytes, 0, bytes.length));
      }
      tcp.socket.end();
      tcp.socket.resume();
      assert.equal(
        rcodeOf(await world.client.ask(`good${connection % 7}.corp.example.`)),
        'NOERROR',
        `seed ${seed}`,
      );
    }
    await until(async () => (await world.forwarder.stats()).inFlight === 0);
    assert.deepEqual(crashes, []);
  });
}

test(
  'slow zones take their share of the room at most; what does not fit is told so at once',
  SLOW,
  async (t) => {
    const slow = await upstream(t, () => undefined);
    const fast = await upstream(t, ({ name }) => ({ answers: [`${name} 60 A 10.0.0.1`] }));
    const world = await startWorld(
      t,
      { 'slow.example': slow, 'late.example': slow, 'fast.example': fast },
      { deadline: '25s' },
    );
    const clients = await Promise.all(Array.from({ length: 8 }, () => world.udp()));
    const full = { slow: 0, late: 0 };
    for (let asked = 0; full.slow === 0 || full.late === 0; asked += 64) {
      for (let index = asked; index < asked + 64; index++) {
        for (const zone of ['slow', 'late'] as const) {
          const onAnswer = (response: Parameters<typeof extendedErrorOf>[0]) => {
            if (/in flight/.test(extendedErrorOf(response)?.text ?? '')) full[zone]++;
          };
          clients[index % 8]!.ask(`n${index}.${zone}.example.`).then(onAnswer, () => {});
        }
      }
      await world.forwarder.stats();
      assert.ok(asked <= 5000, 'there is a bound');
    }
    assert.ok((await world.forwarder.stats()).inFlight <= 2048);
    const others = await Promise.all(
      Array.from({ length: 50 }, (_, index) => world.client.ask(`n${index}.fast.example.`)),
    );
    assert.deepEqual(new Set(others.map(rcodeOf)), new Set(['NOERROR']));
  },
);

test('clients that wait for a slow zone leave room for others to wait', SLOW, async (t) => {
  const slow = await upstream(t, () => undefined);
  const fast = await upstream(t, ({ name }) => ({ answers: [`${name} 60 A 10.0.0.1`] }));
  const world = await startWorld(t, { 'slow.example': slow, 'fast.example': fast }, { deadline: '25s' });
  const clients = await Promise.all(Array.from({ length: 8 }, () => world.udp()));
  for (let asked = 0; (await world.forwarder.stats()).overloaded === 0; asked += 256) {
    for (let index = 0; index < 256; index++) clients[index % 8]!.send(encodeAsk('www.slow.example.', 'A'));
    assert.ok(asked <= 20_000, 'there is a bound');
  }
  const { inFlight } = await world.forwarder.stats();
  assert.equal(inFlight, 1);
  assert.equal(rcodeOf(await world.client.ask('www.fast.example.')), 'NOERROR');
});
