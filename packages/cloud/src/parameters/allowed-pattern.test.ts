import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { compilePattern } from './allowed-pattern.ts';
import { PatternError } from './parse-pattern.ts';

describe('an allowed pattern', () => {
  test('finds what JavaScript finds, for random patterns and texts', () => {
    const { pattern } = fc.letrec<{ pattern: string; atom: string }>((tie) => ({
      atom: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom('a', 'b', '.', '\\d', '\\W', '[ab]', '[^a]', '[0-9_]', '^', '$', '\\.', '\\n'),
        tie('pattern').map((inner) => `(${inner})`),
      ),
      pattern: fc
        .array(
          fc.array(
            fc.tuple(tie('atom'), fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,}', '{0,2}', '*?')),
            {
              maxLength: 3,
            },
          ),
          { minLength: 1, maxLength: 2 },
        )
        .map((choices) =>
          choices
            .map((parts) => parts.map(([atom, quantifier]) => quantify(atom, quantifier)).join(''))
            .join('|'),
        ),
    }));
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '0', '.', '_', '\n', 'é', '😀'), maxLength: 8 });
    fc.assert(
      fc.property(pattern, text, (pattern, text) => {
        assert.equal(compilePattern(pattern)(text), new RegExp(pattern, 'u').test(text), pattern);
      }),
      { numRuns: 2000 },
    );
  });

  test('is matched in bounded time where backtracking would take for ever', () => {
    assert.equal(compilePattern('^(a+)+$')(`${'a'.repeat(8000)}b`), false);
    assert.equal(compilePattern('^(a|a)*(a|aa)*b$')('a'.repeat(4000)), false);
  });

  test('is refused for what is not known here, too large or too deep', () => {
    for (const text of [
      '(?=a)',
      '(a)\\1',
      '(?<n>a)',
      '\\bx',
      'a**',
      '*',
      '(',
      ')',
      '[a',
      '[b-a]',
      'a{2,1}',
      'a{',
      '\\',
    ]) {
      assert.throws(() => compilePattern(text), PatternError, text);
    }
    assert.throws(() => compilePattern('((a{1000}){1000}){1000}'), /more than 1000 states/);
    assert.throws(() => compilePattern('('.repeat(1000)), /more than 20 deep/);
  });

  test('of any text is taken or refused', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, text) => {
        try {
          compilePattern(pattern)(text);
        } catch (error) {
          assert.ok(error instanceof PatternError, String(error));
        }
      }),
    );
  });
});

/** JavaScript has no quantified anchors in its Unicode mode. */
function quantify(atom: string, quantifier: string): string {
  return atom === '^' || atom === '$' ? atom : atom + quantifier;
}
