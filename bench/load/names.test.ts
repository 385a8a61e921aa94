import assert from 'node:assert/strict';
import { test } from 'node:test';
import { namesOf, queryLines, ruleSuffixes } from './names.ts';

for (const rules of [1, 3, 1000, 100_000]) {
  test(`with ${rules} rules every name is distinct, of one length and under a rule`, () => {
    const suffixes = new Set(ruleSuffixes(rules));
    const names = namesOf('c', 5000, rules);
    assert.equal(suffixes.size, rules);
    assert.equal(new Set(names).size, names.length);
    assert.equal(new Set(names.map(({ length }) => length)).size, 1);
    const covered = (name: string) =>
      suffixes.has(name.slice(name.indexOf('.') + 1)) || suffixes.has('bench.example');
    assert.ok(names.every(covered));
  });
}

test('names go to as many rules as there are names, where there are enough rules', () => {
  const asked = new Set(namesOf('c', 20_000, 100_000).map((name) => name.slice(name.indexOf('.') + 1)));
  assert.equal(asked.size, 20_000);
});

test('dnsperf gets a name and a type a line', () => {
  assert.equal(queryLines(['a.example', 'b.example']), 'a.example A\nb.example A\n');
});
