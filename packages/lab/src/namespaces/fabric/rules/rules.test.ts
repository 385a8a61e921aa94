import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { skipWithoutRoot } from '../behaviour/trial.fixture.ts';
import { endIn, type Model } from '../model.ts';
import { compileForwarding } from './forwarding.ts';
import { randomModel } from './random-model.fixture.ts';
import { compileRoutes } from './routes.ts';
import { compileSourceCheck } from './source-check.ts';

const networksOf = (model: Model) => [...model.networks.values()];

describe('routes', () => {
  it('lead to the CIDRs of networks at the other ends of links that are up, to each once, and nowhere else', () => {
    fc.assert(
      fc.property(randomModel, (model) => {
        for (const network of networksOf(model)) {
          const up = [...model.links.values()].filter(
            ({ between, down }) => !down && between.includes(network.id),
          );
          const reachable = new Set(up.flatMap(({ between }) => between).filter((id) => id !== network.id));
          const wanted = [...reachable].flatMap((id) => model.networks.get(id)!.cidrs).sort();
          const routes = compileRoutes(model, network);
          assert.deepEqual(routes.map((route) => route.split(' ')[0]).sort(), wanted);
          for (const route of routes) {
            assert.ok(
              up.some((link) => route.endsWith(` dev ${endIn(link, network.id)}`)),
              route,
            );
          }
        }
      }),
    );
  });
});

describe('rules', { skip: skipWithoutRoot }, () => {
  const namespace = `pm-rules-${process.pid}`;
  before(() => void execFileSync('ip', ['netns', 'add', namespace]));
  after(() => void execFileSync('ip', ['netns', 'delete', namespace]));

  const nft = (args: string[], input = '') =>
    execFileSync('nsenter', [`--net=/run/netns/${namespace}`, 'nft', ...args], { input, encoding: 'utf8' });

  it('are such as nft takes, whatever the cloud asks for, and replace those before them whole', () => {
    fc.assert(
      fc.property(randomModel, (model) => {
        for (const network of networksOf(model)) {
          nft(
            ['-f', '-'],
            compileSourceCheck(model, network, 'pm-x') + compileForwarding(model, network, 'pm-x'),
          );
        }
      }),
      { numRuns: 25 },
    );
    assert.equal(nft(['list', 'tables']).trim().split('\n').length, 2);
  });

  it('let the metadata service reach no further than a machine, unless the limit of just that machine is higher', () => {
    fc.assert(
      fc.property(randomModel, (model) => {
        for (const network of networksOf(model)) {
          const rules = compileForwarding(model, network, 'pm-x')
            .split('\n')
            .map((rule) => rule.trim());
          const isVpc = network.kind === 'vpc';
          assert.equal(rules.includes('ip saddr 169.254.169.254 ip ttl set 1'), isVpc);
          assert.equal(rules.includes('ip6 saddr fd00:ec2::254 ip6 hoplimit set 1'), isVpc);
          const raising = rules.filter((rule) => / (?:ttl|hoplimit) set (?!1$)/.test(rule));
          for (const { id, addresses, networkId } of model.interfaces.values()) {
            const limit = model.metadataHopLimits.get(id.replace('eni', 'i')) ?? 1;
            for (const address of addresses) {
              const naming = raising.filter((rule) => rule.split(/[ ,]+/).includes(address));
              const isRaised = isVpc && networkId === network.id && limit > 1;
              assert.deepEqual(
                naming.map((rule) => rule.split(' ').at(-1)),
                isRaised ? [String(limit)] : [],
              );
            }
          }
        }
      }),
    );
  });

  it('name every interface of the network where its frames come in, and none of another', () => {
    fc.assert(
      fc.property(randomModel, (model) => {
        for (const network of networksOf(model)) {
          const rules = compileSourceCheck(model, network, 'pm-x');
          for (const { number, networkId } of model.interfaces.values()) {
            assert.equal(rules.includes(`"e${number}" : jump from-${number}`), networkId === network.id);
          }
        }
      }),
    );
  });
});
