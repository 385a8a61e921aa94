import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DigAnswer, dig } from './system/dig.ts';
import { ENGINES, type EngineName, exampleWithEngine } from './system/engines.ts';
import { skipWithout } from './system/packages.ts';
import { type RunningWorld, startUp } from './system/running.ts';

/** What a private hosted zone alone cannot do, and that it is done here. Each test first shows the limitation itself. */
for (const { engine, skip } of ENGINES) {
  describe(
    `the limitations of private hosted zones, with engine ${engine}`,
    {
      skip: skipWithout('dig') || skip,
      timeout: 300_000,
    },
    () => lifted(engine),
  );
}

function lifted(engine: EngineName): void {
  let example: ReturnType<typeof exampleWithEngine>;
  let acme: RunningWorld;
  before(async () => {
    example = exampleWithEngine('examples/acme/hybrid.yaml', engine);
    acme = await startUp(example.path);
  });
  after(async () => {
    await acme?.stop();
    example.remove();
  });

  test('no forwarding, no conditional forwarding: every query goes, by its domain, to whoever is authoritative for it', async () => {
    const alone = await ask('shared', 'db.corp.acme.example', { of: resolverOf('shared') });
    assert.equal(alone.status, 'REFUSED', 'a VPC resolver by itself knows no name on premises');

    assert.deepEqual(dataOf(await ask('shared', 'db.corp.acme.example')), ['192.168.10.20']);
    assert.deepEqual(dataOf(await ask('shared', '20.10.168.192.in-addr.arpa', { type: 'PTR' })), [
      'db.corp.acme.example.',
    ]);
    assert.deepEqual(dataOf(await ask('shared', 'vault.cloud.acme.example')), ['10.10.1.60']);
  });

  test('resolves nothing outside the VPC, and answers nobody outside it: on-premises clients resolve private zones, VPC clients on-premises names', async () => {
    const stranger = await ask('sydney', 'vault.cloud.acme.example', { of: resolverOf('shared') });
    assert.equal(stranger.status, 'REFUSED', 'a VPC resolver answers nobody outside its VPC');
    assert.match(stranger.extendedErrors.join(), /not in the VPC shared/);

    assert.deepEqual(dataOf(await ask('sydney', 'vault.cloud.acme.example')), ['10.10.1.60']);
    assert.deepEqual(dataOf(await ask('sydney', '60.1.10.10.in-addr.arpa', { type: 'PTR' })), [
      'vault.cloud.acme.example.',
    ]);
    assert.deepEqual(dataOf(await ask('orders', 'erp.corp.acme.example')), ['192.168.10.30']);
  });

  test('no transitive relationships: a VPC that is only peered with the one that holds the zones resolves them', async () => {
    const own = await ask('billing', 'vault.cloud.acme.example', { of: resolverOf('billing') });
    assert.equal(own.status, 'REFUSED', 'the zones are not associated with this VPC');
    const peer = await ask('billing', 'vault.cloud.acme.example', { of: resolverOf('shared') });
    assert.equal(peer.status, 'REFUSED', 'nor does the peer’s resolver answer it');

    assert.deepEqual(dataOf(await ask('billing', 'vault.cloud.acme.example')), ['10.10.1.60']);
    assert.deepEqual(dataOf(await ask('billing', 'queue.orders.cloud.acme.example')), ['10.20.1.40']);
    assert.deepEqual(dataOf(await ask('billing', 'git.cloud.acme.example')), [
      'git.corp.acme.example.',
      '192.168.20.15',
    ]);
  });

  test('one domain cannot be a subdomain of another: zones inside zones, in different places, and the longest suffix wins', async (t) => {
    assert.deepEqual(dataOf(await ask('billing', 'search.orders.cloud.acme.example')), ['10.20.2.50']);
    assert.deepEqual(dataOf(await ask('billing', 'metrics.cloud.acme.example')), ['10.10.2.60']);

    const overlap = exampleWithEngine('examples/overlap/overlap.yaml', engine);
    t.after(overlap.remove);
    const harbour = await startUp(overlap.path);
    t.after(harbour.stop);
    const answers = [
      ['tower.harbour.example', ['172.16.2.10']],
      ['manifest.cloud.harbour.example', ['10.40.2.20']],
      ['crane.legacy.cloud.harbour.example', ['172.17.9.1']],
      ['import.tariff.legacy.cloud.harbour.example', ['10.40.2.91']],
    ] as const;
    for (const network of ['platform', 'freight', 'quay', 'dock']) {
      for (const [name, data] of answers) {
        assert.deepEqual(dataOf(await ask(network, name, { in: harbour })), data, `${name} from ${network}`);
      }
    }
    const swallowed = await ask('freight', 'hidden.cloud.harbour.example', { in: harbour });
    assert.equal(swallowed.status, 'NXDOMAIN', 'the outer zone has the name, but the inner zone answers');
  });

  function ask(
    network: string,
    name: string,
    options: { of?: string; type?: string; in?: RunningWorld } = {},
  ): Promise<DigAnswer> {
    const { ready } = options.in ?? acme;
    const { client, resolvers } = ready.networks.find((each) => each.name === network)!;
    return dig({ client, server: options.of ?? resolvers[0]!, name, type: options.type ?? 'A' });
  }

  function resolverOf(network: string): string {
    return acme.ready.resolvers.find((each) => each.network === network)!.address;
  }
}

function dataOf({ answers }: DigAnswer): string[] {
  return answers.map(({ data }) => data);
}
