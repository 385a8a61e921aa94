import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compileFilters, matchesPattern } from './filters.ts';
import { makeCloud, makeSubnet, OWNER, refusedAs } from './test-cloud.ts';

describe('A filter’s value', () => {
  test('may have wildcards, and takes their meaning away by a backslash', () => {
    const cases: [pattern: string, text: string, matches: boolean][] = [
      ['eni-*', 'eni-1', true],
      ['*', '', true],
      ['?', '', false],
      ['a?c', 'abc', true],
      ['a*c', 'abbbc', true],
      ['a*c', 'abcd', false],
      ['a\\*c', 'a*c', true],
      ['a\\*c', 'abc', false],
      ['a.c', 'abc', false],
      ['\\', '\\', true],
    ];
    for (const [pattern, text, matches] of cases) {
      assert.equal(matchesPattern(pattern, text), matches, `${pattern} ${text}`);
    }
  });

  test('matches as the plainest way to do it says', () => {
    const piece = fc.constantFrom('a', 'b', '*', '?', '\\*', '\\?');
    const pattern = fc.array(piece, { maxLength: 8 });
    const text = fc.array(fc.constantFrom('a', 'b', '*', '?'), { maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (pieces, characters) => {
        assert.equal(
          matchesPattern(pieces.join(''), characters.join('')),
          matchesPlainly(pieces, characters),
        );
      }),
      { numRuns: 3000 },
    );
  });

  test('takes time that grows with the product of the lengths, whatever it is', () => {
    const started = process.cpuUsage();
    assert.equal(matchesPattern(`${'*a'.repeat(500)}b`, 'a'.repeat(2000)), false);
    assert.ok(process.cpuUsage(started).user < 5_000_000);
  });
});

function matchesPlainly(pieces: readonly string[], characters: readonly string[]): boolean {
  const [piece, ...rest] = pieces;
  if (piece === undefined) return characters.length === 0;
  if (piece === '*') {
    return Array.from({ length: characters.length + 1 }, (_, taken) => characters.slice(taken)).some((left) =>
      matchesPlainly(rest, left),
    );
  }
  const [character, ...left] = characters;
  if (character === undefined) return false;
  return (piece === '?' || piece.at(-1) === character) && matchesPlainly(rest, left);
}

describe('Filters', () => {
  const records = [
    { name: 'a', tags: { Name: 'one', empty: '' } },
    { name: 'b', tags: { Name: 'two' } },
  ];
  const find = (...Filters: { Name: string; Values: string[] }[]) =>
    records.filter(compileFilters(Filters, { name: ({ name }) => name })).map(({ name }) => name);

  test('have all to pass, each with one of its values', () => {
    assert.deepEqual(find({ Name: 'name', Values: ['a', 'b'] }), ['a', 'b']);
    assert.deepEqual(find({ Name: 'name', Values: ['a', 'b'] }, { Name: 'tag:Name', Values: ['t*'] }), ['b']);
  });

  test('know tags by key, by value, and by both', () => {
    assert.deepEqual(find({ Name: 'tag:empty', Values: [''] }), ['a']);
    assert.deepEqual(find({ Name: 'tag-key', Values: ['empty'] }), ['a']);
    assert.deepEqual(find({ Name: 'tag-value', Values: ['two'] }), ['b']);
    assert.deepEqual(find({ Name: 'tag:toString', Values: ['*'] }), []);
  });

  test('are refused where they are unknown, empty, or too many', () => {
    assert.throws(() => find({ Name: 'constructor', Values: ['*'] }), refusedAs('InvalidParameterValue'));
    assert.throws(() => find({ Name: 'name', Values: [] }), refusedAs('InvalidParameterValue'));
    assert.throws(
      () => find({ Name: 'name', Values: Array(201).fill('a') }),
      refusedAs('FilterLimitExceeded'),
    );
  });
});

describe('Pages', () => {
  test('show everything once, also while what ends a page is deleted', async () => {
    const cloud = makeCloud();
    const { subnetId: SubnetId } = await makeSubnet(cloud);
    for (let count = 0; count < 12; count++) await cloud.ec2.CreateNetworkInterface({ SubnetId }, OWNER);
    const all = new Set(cloud.cloud.state.now().interfaces.keys());
    const seen: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await cloud.ec2.DescribeNetworkInterfaces({ MaxResults: 5, NextToken }, OWNER);
      const ids = page.NetworkInterfaces!.map(({ NetworkInterfaceId }) => NetworkInterfaceId!);
      seen.push(...ids);
      await cloud.ec2.DeleteNetworkInterface({ NetworkInterfaceId: ids.at(-1) }, OWNER);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    assert.equal(seen.length, 12);
    assert.deepEqual(new Set(seen), all);
  });
});
