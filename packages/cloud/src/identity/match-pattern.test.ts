import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { matchArn, matchPattern } from './match-pattern.ts';

/** The meaning of a pattern, as one would say it. */
function fits(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const [first, rest] = [pattern[0], pattern.slice(1)];
  if (first === '*') return fits(rest, text) || (text !== '' && fits(pattern, text.slice(1)));
  return text !== '' && (first === '?' || first === text[0]) && fits(rest, text.slice(1));
}

describe('a pattern of IAM', () => {
  test('fits what its meaning says, for random patterns and texts', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 10 });
    fc.assert(
      fc.property(pattern, text, (pattern, text) => matchPattern(pattern, text) === fits(pattern, text)),
      { numRuns: 3000 },
    );
  });

  test('has no special characters but two', () => {
    assert.ok(matchPattern('a.b[c]+(d)', 'a.b[c]+(d)'));
    assert.ok(!matchPattern('a.b', 'axb'));
  });

  test('takes bounded steps, however many stars it has', () => {
    assert.ok(!matchPattern(`${'*a'.repeat(1000)}b`, 'a'.repeat(4000)));
  });
});

describe('a pattern of an ARN', () => {
  const arn = 'arn:aws:logs:eu-west-1:111111111111:group:name:stream';

  test('is compared part by part, and a star reaches over a colon in the last part only', () => {
    assert.ok(matchArn('*', arn));
    assert.ok(matchArn('arn:aws:logs:*:111111111111:group:*', arn));
    assert.ok(matchArn('arn:*:logs:eu-*:*:group:name:stre?m', arn));
    assert.ok(!matchArn('arn:aws:logs:*', arn));
    assert.ok(!matchArn('arn:aws:*:group:name:stream', arn));
    assert.ok(!matchArn('arn:aws:ec2:eu-west-1:111111111111:instance/*', '*'));
  });
});
