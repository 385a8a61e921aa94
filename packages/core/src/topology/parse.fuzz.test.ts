import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatProblem, parseTopology, topologyFromValue } from './index.ts';

const acme = readFileSync(new URL('acme.yaml', import.meta.url), 'utf8');
const folder = new URL('mistakes/', import.meta.url);
const texts = [
  acme,
  ...readdirSync(folder).map((name) => readFileSync(new URL(name, folder), 'utf8').split('----')[0]!),
];

/** Whatever comes in, a topology or problems that can be shown come out. */
function isAnswered(text: string, format: 'yaml' | 'json', zoneFile = '') {
  const result = parseTopology({ path: 'hybrid.yaml', text, format }, () => zoneFile);
  if (result.ok) return;
  assert.ok(result.problems.length > 0);
  for (const problem of result.problems) {
    assert.doesNotMatch(formatProblem(problem), /undefined|\[object|NaN/);
    assert.ok(problem.message !== '');
    assert.ok(problem.line === undefined || problem.line >= 1);
  }
}

test('no text makes the parser throw', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.json());
  fc.assert(
    fc.property(text, fc.constantFrom('yaml', 'json'), (source, format) => isAnswered(source, format)),
  );
});

test('no YAML-like text makes the parser throw', () => {
  const token = fc.constantFrom(
    'name',
    'networks',
    'zones',
    ':',
    ': ',
    '\n',
    '\n  ',
    '- ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '&a ',
    '*a',
    '"',
    "'",
    '|',
    '>',
    '#',
    '!!map ',
    '? ',
    '<<',
    '~',
    '10.0.0.0/8',
    '__proto__',
    'constructor',
    '---',
    '\t',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 40 }), (tokens) => isAnswered(tokens.join(''), 'yaml')),
    { numRuns: 1000 },
  );
});

test('no change of a few characters in a topology makes the parser throw', () => {
  const edit = fc.record({
    at: fc.nat(),
    remove: fc.nat({ max: 12 }),
    insert: fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom('~', '[]', '{}', '\n', '..', '/', '::', '-1', 'constructor', '*'),
    ),
  });
  const changed = fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([text, edits]) =>
      edits.reduce((all, { at, remove, insert }) => {
        const from = at % (all.length + 1);
        return all.slice(0, from) + insert + all.slice(from + remove);
      }, text),
    );
  fc.assert(
    fc.property(changed, (text) => isAnswered(text, 'yaml', 'www 60 A 10.0.0.1\n')),
    { numRuns: 500 },
  );
});

test('no value in the place of another makes the parser throw', () => {
  const base = { name: 'x', networks: {}, links: [], authorities: {}, zones: {}, forwarders: {} };
  const name = fc.constantFrom('a', 'b', 'constructor', 'a.example', '10.0.0.0/8');
  const leaf = fc.constantFrom<unknown>(
    'a',
    'b',
    'vpc',
    'site',
    'private',
    'external',
    'public',
    'peering',
    'vpc-resolver',
    'forwarders/a',
    'authorities/a',
    '10.1.0.0/16',
    '10.1.1.0/24',
    '10.1.1.53',
    'eu-west-1',
    7,
    null,
    true,
    [],
    {},
  );
  const key = fc.constantFrom(
    'kind',
    'network',
    'networks',
    'cidrs',
    'region',
    'subnets',
    'resolvers',
    'authority',
    'addresses',
    'records',
    'members',
    'rules',
    'views',
    'otherwise',
    'between',
    'forwards',
    'suffix',
    'upstreams',
    'subnet',
    'cidr',
    'address',
    'name',
    'a',
    'A',
  );
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(key, tie('node'), { maxKeys: 6 }),
    ),
  }));
  const section = fc.oneof(node, fc.dictionary(name, node, { maxKeys: 3 }));
  const value = fc.record(
    { networks: section, links: node, authorities: section, zones: section, forwarders: section },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(value, (changes) => {
      const topology = { ...base, ...changes };
      isAnswered(JSON.stringify(topology), 'json');
      const result = topologyFromValue(topology, 'x.ts', () => '');
      assert.ok(result.ok || result.problems.length > 0);
    }),
    { numRuns: 250 },
  );
});
