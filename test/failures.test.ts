import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from '@pointsman/lab';
import { startAcmeWithNamed } from './system/acme-with-named.ts';
import { ENGINES, type EngineName, exampleWithEngine } from './system/engines.ts';
import { skipWithout } from './system/packages.ts';
import { type RunningWorld, startUp } from './system/running.ts';

/** Something dies, or falls silent, while clients ask: answers go on, and each test says how long the gap was. */
for (const { engine, skip } of ENGINES) {
  describe(`answers go on, with engine ${engine}`, { skip, timeout: 300_000 }, () => {
    test('when a member of the tier is killed, for clients in the cloud and in the data centre', async (t) => {
      const world = await startExample(t, engine);
      const victim = world.ready.forwarders.find(({ name }) => name === 'main/a')!;
      await Promise.all([
        keepAsking(t, world, 'orders', () => process.kill(victim.pid, 'SIGKILL')),
        keepAsking(t, world, 'sydney', () => {}),
      ]);
      const death = await world.waitFor(({ event, name }) => event === 'member' && name === 'main/a');
      assert.equal(death.state, 'down');
      assert.match(String(death.reason), /SIGKILL/);
    });

    const needsNamed = { skip: skipWithout('named', 'dig') };
    test('when an upstream is killed', needsNamed, async (t) => {
      const { world, named, stop } = await startAcmeWithNamed({ engine, besideStandIn: true });
      t.after(stop);
      await keepAsking(t, world, 'orders', () => named.process.kill('SIGKILL'));
    });

    test('when an upstream falls silent', needsNamed, async (t) => {
      const { world, named, stop } = await startAcmeWithNamed({ engine, besideStandIn: true });
      t.after(stop);
      await keepAsking(t, world, 'orders', () => named.process.kill('SIGSTOP'));
    });

    test('when something that never answers takes the place of an upstream', needsNamed, async (t) => {
      const { world, named, stop } = await startAcmeWithNamed({ engine, besideStandIn: true });
      t.after(stop);
      const mute = createSocket('udp4');
      t.after(() => mute.close());
      await keepAsking(t, world, 'orders', () => {
        named.process.kill('SIGKILL');
        named.process.once('exit', () => mute.bind(world.ready.port, named.address));
      });
    });
  });
}

async function startExample(t: TestContext, engine: EngineName): Promise<RunningWorld> {
  const example = exampleWithEngine('examples/acme/hybrid.yaml', engine);
  t.after(example.remove);
  const world = await startUp(example.path);
  t.after(world.stop);
  return world;
}

/** Milliseconds that a client waits for one resolver before it asks the next: a stub resolver with `timeout:1`. */
const CLIENT_PATIENCE = 1000;
/** How often it goes through its resolvers: `attempts:3`. */
const ROUNDS = 3;
/** Milliseconds of asking in each test, and between an answer and the next question: the machine has other work, too. */
const PERIOD = 3000;
const PAUSE = 5;

type Asked = { at: number; ms: number; ok: boolean };

/**
 * Asks for names all the time, as a client does that tries its resolvers in order; in the middle of it the mishap happens. Every
 * question has to be answered within a client's patience.
 */
async function keepAsking(
  t: TestContext,
  world: RunningWorld,
  network: string,
  mishap: () => void,
): Promise<void> {
  const names = ['db.corp.acme.example.', 'vault.cloud.acme.example.', 'erp.corp.acme.example.'];
  const { client, resolvers } = world.ready.networks.find(({ name }) => name === network)!;
  const asked: Asked[] = [];
  const started = performance.now();
  let happened: number | undefined;
  for (let turn = 0; performance.now() - started < PERIOD; turn++) {
    if (happened === undefined && performance.now() - started > PERIOD / 4) {
      mishap();
      happened = performance.now();
    }
    // Names that only a wildcard has are never in a cache: these go to the upstreams.
    const name = turn % 2 === 0 ? `n${turn}.lab.corp.acme.example.` : names[turn % names.length]!;
    asked.push(await askInOrder(client, resolvers, name));
    await wait(PAUSE);
  }
  const failed = asked.filter(({ ok }) => !ok);
  assert.equal(failed.length, 0, `${failed.length} of ${asked.length} questions had no answer`);
  const after = asked.filter(({ at, ms }) => at + ms > happened!);
  assert.ok(after.length > 0);
  const gap = Math.max(...after.map(({ ms }) => ms));
  t.diagnostic(`gap: ${gap.toFixed(0)} ms at most for one answer; ${asked.length} questions, all answered`);
}

async function askInOrder(client: string, resolvers: readonly string[], name: string): Promise<Asked> {
  const at = performance.now();
  for (const resolver of Array.from({ length: ROUNDS }, () => resolvers).flat()) {
    const [address, port] = resolver.split(':');
    const reply = await ask({
      server: { address: address!, port: Number(port) },
      source: client,
      name,
      type: 'A',
      patience: CLIENT_PATIENCE,
      tries: 1,
    });
    const ok = reply.ok && reply.message.rcode === 0 && reply.message.answers.length > 0;
    if (ok) return { at, ms: performance.now() - at, ok };
  }
  return { at, ms: performance.now() - at, ok: false };
}
