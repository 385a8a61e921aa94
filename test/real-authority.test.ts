import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { rdataToText } from '@pointsman/core/dns';
import { type AcmeWithNamed, startAcmeWithNamed } from './system/acme-with-named.ts';
import { dig, digAll } from './system/dig.ts';
import { ENGINES, type EngineName } from './system/engines.ts';
import { skipWithout } from './system/packages.ts';
import { readTopology } from './system/topology.ts';

/** The authority on premises is a real BIND, with the zone files of the example. */
for (const { engine, skip } of ENGINES) {
  describe(
    `a real named on premises, and the engine ${engine} in the tier`,
    {
      skip: skipWithout('dig', 'named') || skip,
      timeout: 300_000,
    },
    () => joined(engine),
  );
}

function joined(engine: EngineName): void {
  let acme: AcmeWithNamed;
  before(async () => {
    acme = await startAcmeWithNamed({ engine, besideStandIn: false });
  });
  after(() => acme?.stop());

  test('up finds it there, and says that it plays no stand-in', async () => {
    const servers = acme.world.ready.authorities.flatMap((authority) => authority.servers);
    assert.deepEqual(
      servers.map(({ standIn }) => standIn),
      [false],
    );
  });

  test('every name of its zones is resolved through the forwarders', async () => {
    const topology = readTopology('examples/acme/hybrid.yaml');
    const { client, resolvers } = networkOf('billing');
    const sets = topology.zones
      .filter(({ kind }) => kind === 'external')
      .flatMap((zone) => zone.records)
      .filter(({ name }) => !name.startsWith('*'));
    const answers = await digAll(
      sets.map(({ name, type }, index) => ({
        client,
        server: resolvers[index % resolvers.length]!,
        name,
        type,
      })),
    );
    for (const [index, { name, type, data }] of sets.entries()) {
      const expected = data.map((each) => rdataToText(type, each)).sort();
      const got = answers[index]!.answers.map((each) => each.data).sort();
      assert.deepEqual(got, expected, `${name} ${type}`);
    }
  });

  test('its clients resolve private zones through its conditional forwarding, and follow its aliases into them', async () => {
    const { client, resolvers } = networkOf('sydney');
    const ask = (name: string, type = 'A') => dig({ client, server: resolvers[0]!, name, type });
    assert.equal((await ask('vault.cloud.acme.example')).answers[0]?.data, '10.10.1.60');
    assert.equal((await ask('search.orders.cloud.acme.example')).answers[0]?.data, '10.20.2.50');
    assert.equal((await ask('60.1.10.10.in-addr.arpa', 'PTR')).answers[0]?.data, 'vault.cloud.acme.example.');
    const portal = await ask('portal.corp.acme.example');
    assert.equal(portal.status, 'NOERROR');
    assert.equal(
      portal.answers.length,
      1 + 1 + 3,
      'the alias on premises, the one in the cloud, the addresses of the load balancer',
    );
  });

  function networkOf(name: string) {
    return acme.world.ready.networks.find((each) => each.name === name)!;
  }
}
