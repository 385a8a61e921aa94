import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { skipWithout } from '../../../../test/system/packages.ts';
import { freeAddress, startEngineWorld } from './contract/engine-world.ts';
import { startClient, startUpstream, until } from './contract/servers.ts';
import type { EngineKind } from './engine.ts';
import { startEngine } from './start-engine.ts';

/** What every engine does. */
const ENGINES: readonly { kind: EngineKind; skip: string | false }[] = [
  { kind: 'native', skip: false },
  { kind: 'bind', skip: skipWithout('named', 'named-checkconf', 'rndc') },
];

const always = (t: TestContext, address: string, ttl = 600) =>
  startUpstream(t, () => ({ address, ttl }), { address: freeAddress() });

for (const { kind, skip } of ENGINES) {
  describe(`the engine ${kind}`, { skip, timeout: 300_000 }, () => {
    test('asks the upstreams of the longest suffix, and refuses names that no rule covers', async (t) => {
      const outer = await always(t, '10.0.0.1');
      const inner = await always(t, '10.0.0.2');
      const { client } = await startEngineWorld(t, kind, {
        rules: [
          { suffix: 'corp.example', upstreams: [outer.endpoint] },
          { suffix: 'sub.corp.example', upstreams: [inner.endpoint] },
          { suffix: 'leaf.deep.sub.corp.example', upstreams: [outer.endpoint] },
        ],
      });
      assert.equal(await client.ask('corp.example.'), '10.0.0.1');
      assert.equal(await client.ask('www.corp.example.'), '10.0.0.1');
      assert.equal(await client.ask('sub.corp.example.'), '10.0.0.2');
      assert.equal(await client.ask('a.deep.sub.corp.example.'), '10.0.0.2');
      assert.equal(await client.ask('a.leaf.deep.sub.corp.example.'), '10.0.0.1');
      assert.equal(await client.ask('www.elsewhere.example.'), 'REFUSED');
      assert.equal(await client.ask('.'), 'REFUSED');
      assert.deepEqual(inner.asked, ['sub.corp.example.', 'a.deep.sub.corp.example.']);
    });

    test('asks others where names that no rule covers have upstreams', async (t) => {
      const corp = await always(t, '10.0.0.1');
      const rest = await always(t, '10.0.0.2');
      const { client } = await startEngineWorld(t, kind, {
        rules: [{ suffix: 'corp.example', upstreams: [corp.endpoint] }],
        otherwise: { upstreams: [rest.endpoint] },
      });
      assert.equal(await client.ask('www.corp.example.'), '10.0.0.1');
      assert.equal(await client.ask('www.elsewhere.example.'), '10.0.0.2');
      assert.equal(await client.ask('8.8.8.8.in-addr.arpa.'), '10.0.0.2');
    });

    test('forwards reverse zones of private addresses, and names with odd characters', async (t) => {
      const upstream = await always(t, '10.0.0.1');
      const suffixes = [
        '10.in-addr.arpa',
        '1.168.192.in-addr.arpa',
        '0/26.2.0.192.in-addr.arpa',
        '_sip._tcp.example',
        'two\\.dots.example',
        '\\195\\188mlaut.example',
        '$dollar#.example',
        'back\\\\slash.example',
      ];
      const { client } = await startEngineWorld(t, kind, {
        rules: suffixes.map((suffix) => ({ suffix, upstreams: [upstream.endpoint] })),
      });
      for (const suffix of suffixes) assert.equal(await client.ask(`host.${suffix}.`), '10.0.0.1', suffix);
      assert.equal(await client.ask('host.dots.example.'), 'REFUSED');
    });

    test('a rule for the root covers every name', async (t) => {
      const root = await always(t, '10.0.0.1');
      const corp = await always(t, '10.0.0.2');
      const { client } = await startEngineWorld(t, kind, {
        rules: [
          { suffix: '.', upstreams: [root.endpoint] },
          { suffix: 'corp.example', upstreams: [corp.endpoint] },
        ],
      });
      assert.equal(await client.ask('www.elsewhere.example.'), '10.0.0.1');
      assert.equal(await client.ask('www.corp.example.'), '10.0.0.2');
    });

    test('refuses who is no client; the most specific network decides which view a client has', async (t) => {
      const common = await always(t, '10.0.0.1');
      const special = await always(t, '10.0.0.2');
      const { address } = await startEngineWorld(t, kind, {
        clients: ['127.0.0.0/16', '127.5.0.0/16', '127.7.7.0/24'],
        rules: [{ suffix: 'corp.example', upstreams: [common.endpoint] }],
        views: [
          {
            name: 'staff; }',
            clients: ['127.5.0.0/16', '127.7.0.0/16', '127.6.6.6/32'],
            rules: [{ suffix: 'corp.example', upstreams: [special.endpoint] }],
          },
          {
            name: 'guests',
            clients: ['127.6.0.0/16', '127.5.5.0/24'],
            rules: [],
            otherwise: { upstreams: [common.endpoint] },
          },
        ],
      });
      const from = async (source: string, name: string) => (await startClient(t, address, source)).ask(name);
      assert.equal(await from('127.0.0.9', 'www.corp.example.'), '10.0.0.1');
      assert.equal(await from('127.5.0.9', 'www.corp.example.'), '10.0.0.2');
      assert.equal(await from('127.7.0.9', 'www.corp.example.'), '10.0.0.2');
      assert.equal(await from('127.7.7.9', 'www.corp.example.'), '10.0.0.1');
      assert.equal(await from('127.6.6.6', 'www.corp.example.'), '10.0.0.2');
      assert.equal(await from('127.5.5.9', 'www.corp.example.'), '10.0.0.1');
      assert.equal(await from('127.5.5.9', 'elsewhere.example.'), '10.0.0.1');
      assert.equal(await from('127.5.0.9', 'elsewhere.example.'), 'REFUSED');
      assert.equal(await from('127.8.0.9', 'www.corp.example.'), 'REFUSED');
    });

    test('asks upstreams from the address that it listens on', async (t) => {
      const upstream = await always(t, '10.0.0.1');
      const { client } = await startEngineWorld(t, kind, {
        rules: [{ suffix: 'corp.example', upstreams: [upstream.endpoint] }],
      });
      await client.ask('www.corp.example.');
      assert.deepEqual([...upstream.sources], ['127.0.0.1']);
    });

    test('asks another upstream where one is silent', async (t) => {
      const mute = await startUpstream(t, () => 'silence', { address: freeAddress() });
      const good = await always(t, '10.0.0.1', 0);
      const { client } = await startEngineWorld(t, kind, {
        rules: [{ suffix: 'corp.example', upstreams: [mute.endpoint, good.endpoint] }],
      });
      for (let turn = 0; turn < 10; turn++)
        assert.equal(await client.ask(`n${turn}.corp.example.`), '10.0.0.1');
    });

    test('gives a stale answer by the deadline where no upstream answers any more', async (t) => {
      let silent = false;
      const upstream = await startUpstream(t, () => (silent ? 'silence' : { address: '10.0.0.1', ttl: 1 }), {
        address: freeAddress(),
      });
      const { client } = await startEngineWorld(t, kind, {
        rules: [{ suffix: 'corp.example', upstreams: [upstream.endpoint] }],
        deadline: 1000,
      });
      assert.equal(await client.ask('www.corp.example.'), '10.0.0.1');
      // Over its TTL it is asked for again.
      await until(
        async () => (await client.ask('www.corp.example.')) === '10.0.0.1' && upstream.asked.length > 1,
      );
      silent = true;
      const { length } = upstream.asked;
      await until(async () => {
        assert.equal(await client.ask('www.corp.example.', 1500), '10.0.0.1');
        return upstream.asked.length > length;
      });
      assert.equal(await client.ask('www.corp.example.', 1500), '10.0.0.1');
    });

    test('a reload holds for the next query, also for names that are in the cache; the rest of the cache stays', async (t) => {
      const first = await always(t, '10.0.0.1');
      const second = await always(t, '10.0.0.2');
      const to = (corp: string, ...more: [string, string][]) => ({
        rules: [['corp.example', corp], ['other.example', first.endpoint], ...more].map(([suffix, each]) => ({
          suffix: suffix!,
          upstreams: [each!],
        })),
      });
      const { engine, client, changed } = await startEngineWorld(t, kind, to(first.endpoint));
      for (const name of ['www.corp.example.', 'www.other.example.', 'a.sub.corp.example.'])
        await client.ask(name);
      await engine.reload(changed(to(second.endpoint)));
      assert.equal(await client.ask('www.corp.example.'), '10.0.0.2');
      assert.equal(await client.ask('www.other.example.'), '10.0.0.1');
      await engine.reload(changed(to(second.endpoint, ['sub.corp.example', first.endpoint])));
      assert.equal(await client.ask('a.sub.corp.example.'), '10.0.0.1');
      await engine.reload(changed({ rules: [], otherwise: { upstreams: [second.endpoint] } }));
      assert.equal(await client.ask('www.other.example.'), '10.0.0.2');
      await engine.reload(changed({ rules: [] }));
      assert.equal(await client.ask('www.other.example.'), 'REFUSED');
      assert.equal(first.asked.filter((name) => name === 'www.other.example.').length, 1);
    });

    test('a reload under load loses no query', async (t) => {
      const first = await always(t, '10.0.0.1', 0);
      const second = await always(t, '10.0.0.2', 0);
      const to = (endpoint: string) => ({ rules: [{ suffix: 'corp.example', upstreams: [endpoint] }] });
      const { engine, client, changed } = await startEngineWorld(t, kind, to(first.endpoint));
      const seen = new Set<string>();
      let isOver = false;
      let asked = 0;
      const load = async () => {
        while (!isOver) seen.add(await client.ask(`n${asked++}.corp.example.`));
      };
      const loads = Array.from({ length: 8 }, load);
      for (let turn = 0; turn < 6; turn++) {
        await engine.reload(changed(to(turn % 2 ? first.endpoint : second.endpoint)));
        const goal = asked + 100;
        await until(() => asked >= goal);
      }
      isOver = true;
      await Promise.all(loads);
      assert.deepEqual([...seen].sort(), ['10.0.0.1', '10.0.0.2']);
    });

    test('what cannot change without a restart is refused, and the old configuration serves on', async (t) => {
      const upstream = await always(t, '10.0.0.1', 0);
      const { engine, client, changed } = await startEngineWorld(t, kind, {
        rules: [{ suffix: 'corp.example', upstreams: [upstream.endpoint] }],
      });
      for (const changes of [{ listen: ['127.0.0.1:9'] }, { cache: { bytes: 2 ** 22 } }]) {
        await assert.rejects(engine.reload(changed({ rules: [], ...changes })), { code: 'RESTART_NEEDED' });
        assert.equal(await client.ask('www.corp.example.'), '10.0.0.1');
      }
    });

    test('a port that is taken: it does not start, and the error names it', async (t) => {
      const blocker = createSocket('udp4');
      blocker.bind(0, '127.0.0.1');
      await once(blocker, 'listening');
      t.after(() => blocker.close());
      const { port } = blocker.address();
      const started = startEngineWorld(t, kind, { listen: [`127.0.0.1:${port}`] });
      await assert.rejects(started, { code: 'EADDRINUSE', message: new RegExp(`127.0.0.1 port ${port}`) });
    });

    test('an address that this machine does not have: it does not start', async (t) => {
      const started = startEngineWorld(t, kind, { listen: ['192.0.2.77:5353'] });
      await assert.rejects(started, { code: 'EADDRNOTAVAIL', message: /192\.0\.2\.77/ });
    });

    test('after stop nothing answers, and another can start in its place', async (t) => {
      const upstream = await always(t, '10.0.0.1', 0);
      const { engine, client, config } = await startEngineWorld(t, kind, {
        rules: [{ suffix: 'corp.example', upstreams: [upstream.endpoint] }],
      });
      assert.equal(await client.ask('www.corp.example.'), '10.0.0.1');
      await engine.stop();
      assert.equal(await client.ask('www.corp.example.', 300), 'none');
      const again = await startEngine(kind, config, { workers: 1, log: () => {}, onFailure: assert.fail });
      t.after(again.stop);
      assert.equal(await client.ask('www.corp.example.'), '10.0.0.1');
    });

    test('counts queries, cached ones, refused ones and those to upstreams', async (t) => {
      const upstream = await always(t, '10.0.0.1');
      const { engine, client } = await startEngineWorld(t, kind, {
        rules: [{ suffix: 'corp.example', upstreams: [upstream.endpoint] }],
      });
      const before = await engine.metrics();
      for (const name of ['a', 'b', 'a', 'a', 'b']) await client.ask(`${name}.corp.example.`);
      await client.ask('elsewhere.example.');
      const { upstreams: _, ...after } = await engine.metrics();
      const since = (name: 'queries' | 'cacheHits' | 'cacheMisses' | 'refused' | 'upstreamQueries') =>
        after[name] - before[name];
      assert.equal(since('queries'), 6);
      assert.equal(since('refused'), 1);
      assert.equal(since('cacheHits'), 3);
      assert.ok(since('cacheMisses') >= 2);
      assert.ok(since('upstreamQueries') >= 2);
      assert.equal(after.inFlight, 0);
      assert.ok(after.cacheEntries >= 2);
      for (const [name, value] of Object.entries(after)) assert.ok(Number.isFinite(value), name);
    });

    test('knows which upstreams answer, and which rules are dead', async (t) => {
      const good = await always(t, '10.0.0.1');
      const mute = await startUpstream(t, () => 'silence', { address: freeAddress() });
      const { engine } = await startEngineWorld(t, kind, {
        rules: [
          { suffix: 'good.example', upstreams: [mute.endpoint, good.endpoint] },
          { suffix: 'dead.example', upstreams: [mute.endpoint] },
        ],
      });
      const stateOf = async (endpoint: string) =>
        (await engine.metrics()).upstreams.find((each) => each.endpoint === endpoint)?.state;
      await until(
        async () => (await stateOf(good.endpoint)) === 'up' && (await stateOf(mute.endpoint)) === 'down',
      );
      assert.deepEqual(await engine.health(), {
        serving: true,
        reason: '',
        deadRules: [{ view: undefined, suffix: 'dead.example.' }],
      });
      const [address, port] = mute.endpoint.split(':') as [string, string];
      await mute.close();
      await startUpstream(t, () => 'NXDOMAIN', { address, port: Number(port) });
      await until(async () => (await engine.health()).deadRules.length === 0);
    });
  });
}
