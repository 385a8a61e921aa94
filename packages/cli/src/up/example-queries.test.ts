import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planTopology } from '@pointsman/core/plan';
import { topologyFromValue } from '@pointsman/core/topology';
import { exampleQueries } from './example-queries.ts';

test('what is proposed is answered: no tier is asked for a zone that it cannot reach', () => {
  const apart = (name: string) =>
    ({
      kind: 'vpc',
      region: 'eu-west-1',
      cidrs: ['10.0.0.0/16'],
      subnets: { a: { cidr: '10.0.1.0/24' } },
      resolvers: `forwarders/${name}`,
    }) as const;
  const tier = (network: string) => ({
    network,
    members: [{ name: 'a', subnet: 'a', address: '10.0.1.53' }],
  });
  const parsed = topologyFromValue(
    {
      name: 'twins',
      networks: {
        east: apart('east'),
        west: apart('west'),
        office: { kind: 'site', cidrs: ['192.168.0.0/16'], resolvers: 'authorities/dns' },
      },
      links: [{ kind: 'vpn', between: ['west', 'office'] }],
      authorities: { dns: { network: 'office', addresses: ['192.168.1.53'], forwards: 'forwarders/west' } },
      zones: {
        'east.example': { kind: 'private', networks: ['east'], records: { www: { A: ['10.0.1.80'] } } },
        'west.example': { kind: 'private', networks: ['west'], records: { www: { A: ['10.0.1.81'] } } },
        'corp.example': { kind: 'external', authority: 'dns', records: { db: { A: ['192.168.1.20'] } } },
      },
      forwarders: { east: tier('east'), west: tier('west') },
    },
    'twins.ts',
    () => undefined,
  );
  assert.ok(parsed.ok, JSON.stringify(parsed));
  const { topology } = parsed;
  const proposed = exampleQueries(topology, planTopology(topology), 'namespaces');
  assert.deepEqual(
    proposed.map(({ network, name }) => `${network} ${name}`),
    ['west db.corp.example', 'office www.west.example'],
  );
});
