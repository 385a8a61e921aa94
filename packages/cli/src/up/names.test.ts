import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTopology } from '@pointsman/core/topology';
import { namesIn } from './names.ts';

const LINKS = parse(`
name: twins
networks:
  east: { kind: vpc, region: eu-west-1, cidrs: [10.0.0.0/16] }
  west: { kind: vpc, region: eu-west-1, cidrs: [10.0.0.0/16] }
  office: { kind: site, cidrs: [192.168.0.0/16] }
links:
  - { kind: vpn, between: [west, office] }
zones: {}
forwarders: {}
`);

const nameOf = namesIn(
  {
    forwarders: ['east', 'west'].map((network) => ({
      network,
      name: `${network}-tier/a`,
      loopback: '10.0.1.53',
    })),
    authorities: [{ name: 'dns', network: 'office', servers: [{ loopback: '192.168.1.53' }] }],
    resolvers: ['east', 'west'].map((network) => ({ network, loopback: '10.0.0.2' })),
    outside: [{ address: '9.9.9.9', loopback: '9.9.9.9' }],
  },
  LINKS,
);

test('of two networks with the same addresses an asker means its own, then the one that it has a link with', () => {
  assert.equal(nameOf('10.0.1.53', 'east'), 'east-tier');
  assert.equal(nameOf('10.0.1.53', 'west'), 'west-tier');
  assert.equal(nameOf('10.0.1.53', 'office'), 'west-tier');
  assert.equal(nameOf('10.0.0.2', 'west'), 'resolver of west');
});

test('what is there once is there for everybody, and where nothing is there is no name', () => {
  assert.equal(nameOf('192.168.1.53', 'east'), 'dns');
  assert.equal(nameOf('9.9.9.9', 'east'), '9.9.9.9');
  assert.equal(nameOf('10.0.1.54', 'east'), undefined);
});

function parse(text: string) {
  const result = parseTopology({ path: 'twins.yaml', text, format: 'yaml' }, () => undefined);
  assert.ok(result.ok, JSON.stringify(result));
  return result.topology;
}
