import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ForwarderConfig, parseForwarderConfig } from '@pointsman/core/config';
import { isAtOrBelow, type Name, nameFromWire, nameToWire, parseName } from '@pointsman/core/dns';
import fc from 'fast-check';
import { compileRules, matchRule, NO_RULE, POLICIES, type RuleSet } from './rule-set.ts';

type Suffixes = string[];

function configOf(changes: object): ForwarderConfig {
  const result = parseForwarderConfig({
    name: 'f',
    listen: ['127.0.0.1:53'],
    clients: ['10.0.0.0/8'],
    rules: [],
    ...changes,
  });
  assert.ok(result.ok, JSON.stringify(result));
  return result.config;
}

function rulesOf(suffixes: Suffixes): object[] {
  return suffixes.map((suffix, index) => ({ suffix, upstreams: [`10.0.0.${(index % 250) + 1}`] }));
}

/** The suffix of the rule that covers the name in the view; undefined where none does. */
function match(rules: RuleSet, view: number, name: string): Name | undefined {
  // Not at offset 0, and with bytes behind it: as it stands in a packet.
  const wire = nameToWire(name);
  const packet = new Uint8Array(wire.length + 20).fill(0x61);
  packet.set(wire, 12);
  const rule = matchRule(rules, view, packet, 12);
  if (rule === NO_RULE) return undefined;
  assert.equal(rules.views[rule], view);
  return nameFromWire(rules.suffixes, rules.suffixStart[rule])!.name;
}

/** The longest suffix, by trying all. */
function slowMatch(suffixes: Suffixes, name: Name): Name | undefined {
  return suffixes
    .map(parseName)
    .filter((suffix) => isAtOrBelow(name, suffix))
    .sort((a, b) => b.length - a.length)[0];
}

/** The same by stripping labels, for many rules. */
function matchByLabels(suffixes: Set<string>, name: string): string | undefined {
  for (let rest = name; rest !== ''; rest = rest.slice(rest.indexOf('.') + 1))
    if (suffixes.has(rest)) return rest;
  return suffixes.has('.') ? '.' : undefined;
}

const label = fc.constantFrom('a', 'b', 'ab', 'a-b', '\\255', '\\.', 'x'.repeat(63));
const name = fc
  .array(label, { maxLength: 5 })
  .map((labels) => (labels.length === 0 ? '.' : `${labels.join('.')}.`))
  .filter((text) => text.length <= 254);

describe('forwarding rules', () => {
  it('cover by the longest suffix, at label boundaries', () => {
    const suffixes = ['cloud.example', 'orders.cloud.example', 'example', 'xcloud.example'];
    const rules = compileRules(configOf({ rules: rulesOf(suffixes) }), 1);
    assert.equal(match(rules, 0, 'db.orders.cloud.example.'), 'orders.cloud.example.');
    assert.equal(match(rules, 0, 'orders.cloud.example.'), 'orders.cloud.example.');
    assert.equal(match(rules, 0, 'xorders.cloud.example.'), 'cloud.example.');
    assert.equal(match(rules, 0, 'ycloud.example.'), 'example.');
    assert.equal(match(rules, 0, 'example.org.'), undefined);
    assert.equal(match(rules, 0, '.'), undefined);
  });

  it('of the root cover every name that no other does', () => {
    const listed = compileRules(configOf({ rules: rulesOf(['.', 'corp.example']) }), 1);
    const otherwise = compileRules(
      configOf({ rules: rulesOf(['corp.example']), otherwise: { upstreams: ['10.0.0.9'] } }),
      1,
    );
    for (const rules of [listed, otherwise]) {
      assert.equal(match(rules, 0, '.'), '.');
      assert.equal(match(rules, 0, 'org.'), '.');
      assert.equal(match(rules, 0, 'a.corp.example.'), 'corp.example.');
    }
  });

  it('that are listed for the root win over `otherwise`', () => {
    const config = configOf({
      rules: [{ suffix: '.', upstreams: ['10.0.0.1'] }],
      otherwise: { upstreams: ['10.0.0.9'] },
    });
    const { upstreams } = compileRules(config, 1);
    assert.deepEqual(
      upstreams.map(({ endpoint }) => endpoint),
      ['10.0.0.1:53'],
    );
  });

  it('match names of 127 labels and of 255 bytes', () => {
    const deep = `${'a.'.repeat(127)}`;
    const rules = compileRules(configOf({ rules: rulesOf([deep, 'a']) }), 1);
    assert.equal(match(rules, 0, deep), deep);
    assert.equal(match(rules, 0, deep.slice(2)), 'a.');
  });

  it('match as a walk over all of them would', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(name, { maxLength: 12 }),
        fc.array(name, { maxLength: 12 }),
        (suffixes, names) => {
          const rules = compileRules(configOf({ rules: rulesOf(suffixes) }), 1);
          for (const asked of [...names, ...suffixes]) {
            assert.equal(match(rules, 0, asked), slowMatch(suffixes, parseName(asked)), asked);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('hold in their view and in no other', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(name, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
        (lists) => {
          const [first, ...others] = lists as [Suffixes, ...Suffixes[]];
          const views = others.map((suffixes, index) => ({
            name: `view ${index}`,
            clients: [`10.${index}.0.0/16`],
            rules: rulesOf(suffixes),
          }));
          const rules = compileRules(configOf({ rules: rulesOf(first), views }), 1);
          for (const [view, suffixes] of lists.entries()) {
            for (const asked of lists.flat()) {
              assert.equal(match(rules, view, asked), slowMatch(suffixes, parseName(asked)));
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  for (const count of [1, 1000, 100_000]) {
    it(`match among ${count} as by stripping labels`, () => {
      const suffixes = Array.from(
        { length: count },
        (_, index) => `z${index}.${index % 7 === 0 ? 'cloud.' : ''}example.`,
      );
      const all = new Set(suffixes);
      const rules = compileRules(configOf({ rules: rulesOf(suffixes) }), 1);
      const names = ['example.', 'cloud.example.', 'org.'];
      for (let index = 0; index < 3000; index++) {
        const number = Math.floor((index * count) / 2500);
        names.push(`a.b.z${number}.example.`, `z${number}.cloud.example.`, `xz${number}.example.`);
      }
      for (const asked of names) assert.equal(match(rules, 0, asked), matchByLabels(all, asked), asked);
    });
  }
});

describe('the identity of a rule', () => {
  const base = { suffix: 'corp.example', upstreams: ['10.0.0.1', '10.0.0.2'] };
  const identityOf = (rule: object, view = false) => {
    const rules = view
      ? { rules: [], views: [{ name: 'v', clients: ['10.0.0.0/8'], rules: [rule] }] }
      : { rules: [rule] };
    return compileRules(configOf(rules), 1).identities[0];
  };

  it('stays where suffix and upstreams stay, however they are written', () => {
    assert.equal(
      identityOf(base),
      identityOf({ ...base, suffix: 'CORP.example.', upstreams: ['10.0.0.1:53', '10.0.0.2'] }),
    );
    assert.equal(identityOf(base), identityOf({ ...base, policy: 'spread' }));
    const v6 = ['[fd00::1]:53'];
    assert.equal(identityOf({ ...base, upstreams: v6 }), identityOf({ ...base, upstreams: ['fd00:0::0:1'] }));
  });

  it('changes with the suffix, an upstream, a port and the view', () => {
    const others = [
      { ...base, suffix: 'corp.exampld' },
      { ...base, upstreams: ['10.0.0.1'] },
      { ...base, upstreams: ['10.0.0.1', '10.0.0.3'] },
      { ...base, upstreams: ['10.0.0.1:54', '10.0.0.2'] },
    ].map((rule) => identityOf(rule));
    const all = [identityOf(base), identityOf(base, true), ...others];
    assert.equal(new Set(all).size, all.length);
  });

  it('does not depend on the other rules', () => {
    const { identities } = compileRules(
      configOf({ rules: [{ suffix: 'a', upstreams: ['10.9.9.9'] }, base] }),
      7,
    );
    assert.equal(identities[1], identityOf(base));
  });
});

describe('the upstreams of rules', () => {
  it('are one each by address and port, with budget, policy and probe', () => {
    const rules = compileRules(
      configOf({
        rules: [
          { suffix: 'a', upstreams: ['10.0.0.2', '10.0.0.3:5353'], policy: 'ordered' },
          { suffix: 'b', upstreams: ['10.0.0.2:53'], probe: { name: 'health.b', type: 'TXT' } },
          { suffix: 'c', upstreams: ['fd00::1'], probe: { name: 'health.c', type: 'TXT' } },
        ],
        budgets: [{ upstreams: ['10.0.0.2', 'fd00::1'], packetsPerSecond: 1024 }],
      }),
      1,
    );
    assert.deepEqual(
      rules.upstreams.map(({ endpoint, budget }) => [endpoint, budget]),
      [
        ['10.0.0.2:53', 1024],
        ['10.0.0.3:5353', undefined],
        ['[fd00::1]:53', 1024],
      ],
    );
    assert.deepEqual(Array.from(rules.upstreamStart), [0, 2, 3, 4]);
    assert.deepEqual(Array.from(rules.upstreamIds), [0, 1, 0, 2]);
    assert.deepEqual(
      Array.from(rules.policies, (policy) => POLICIES[policy]),
      ['ordered', 'fastest', 'fastest'],
    );
    assert.deepEqual(rules.upstreams[0]!.probes, [
      { name: nameToWire('a.'), type: 6 },
      { name: nameToWire('health.b.'), type: 16 },
    ]);
    assert.deepEqual(rules.upstreams[2]!.probes, [{ name: nameToWire('health.c.'), type: 16 }]);
  });
});
