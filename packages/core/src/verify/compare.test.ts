import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planTopology } from '../plan/index.ts';
import { type TopologyInput, topologyFromValue } from '../topology/index.ts';
import { buildModel, compareWalks, walk } from './index.ts';

const links = [{ kind: 'peering', between: ['hub', 'app'] }] as const;
const base = {
  name: 'small',
  networks: {
    hub: {
      kind: 'vpc',
      region: 'eu-west-1',
      cidrs: ['10.1.0.0/16'],
      subnets: { a: { cidr: '10.1.1.0/24' } },
      resolvers: 'forwarders/main',
    },
    app: { kind: 'vpc', region: 'eu-west-1', cidrs: ['10.2.0.0/16'], resolvers: 'forwarders/main' },
  },
  links,
  zones: {
    'a.example': { kind: 'private', networks: ['hub'] },
    'b.a.example': { kind: 'private', networks: ['hub'] },
  },
  forwarders: {
    main: {
      network: 'hub',
      members: [{ name: 'a', subnet: 'a', address: '10.1.1.53' }],
      rules: [
        { suffix: 'p.example', upstreams: ['192.0.2.1'] },
        { suffix: 'q.p.example', upstreams: ['192.0.2.2'] },
      ],
    },
  },
} as const;

test('a class says nothing new where the class above it has changed alike', () => {
  const found = changesFrom(base, { ...base, links: [] });
  assert.deepEqual(found.map(({ name, was, is }) => [name, was.disposition, is.disposition]).slice(0, 3), [
    ['.', 'PUBLIC', 'NO_ROUTE'],
    ['a.example.', 'ANSWERED', 'NO_ROUTE'],
    ['b.a.example.', 'ANSWERED', 'NO_ROUTE'],
  ]);
  assert.ok(!found.some(({ name }) => name.endsWith('p.example.')));
});

test('a class that has changed while the one above it has not is told', () => {
  const rules = base.forwarders.main.rules.map((rule) => ({ ...rule, upstreams: ['10.1.0.2'] }));
  const [wide, narrow] = rules;
  const refusing = { ...base.forwarders.main, otherwise: 'refuse' } as const;
  const of = (own: object[]) => ({ ...base, forwarders: { main: { ...refusing, rules: own } } });
  const names = changesFrom(of([wide!]), of([narrow!])).map(({ name }) => name);
  assert.deepEqual(names, ['p.example.']);
});

function changesFrom(old: object, young: object) {
  return compareWalks(walkOf(old), walkOf(young)).changes;
}

function walkOf(input: object) {
  const result = topologyFromValue(input as TopologyInput, 'small.ts', () => undefined);
  assert.ok(result.ok, JSON.stringify(result));
  return walk(buildModel(result.topology, planTopology(result.topology)));
}
