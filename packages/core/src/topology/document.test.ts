import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readDocument } from './document.ts';
import { findJsonMistake } from './json-syntax.ts';

const yaml = (text: string) => {
  const { document, mistakes } = readDocument(text, 'yaml');
  assert.deepEqual(mistakes, []);
  return document!;
};
const mistakesOf = (text: string, format: 'yaml' | 'json' = 'yaml') =>
  readDocument(text, format).mistakes.map(
    ({ code, position, message }) => `${position.line}:${position.column} ${code}: ${message}`,
  );

test('keys and numbers keep the way they are written', () => {
  assert.deepEqual(yaml('20.10: a\n1: b\ntrue: c\naccount: 012345678901\nttl: 60\nhex: 0x10').value, {
    '20.10': 'a',
    1: 'b',
    true: 'c',
    account: '012345678901',
    ttl: 60,
    hex: '0x10',
  });
});

test('a path is found at its value where that is a scalar, and at its key where it is not', () => {
  const { locate } = yaml('a:\n  b: [x, { c: y }]\n  d:\n    e: z\n');
  assert.deepEqual(locate(['a']), { line: 1, column: 1 });
  assert.deepEqual(locate(['a', 'b']), { line: 2, column: 3 });
  assert.deepEqual(locate(['a', 'b', 0]), { line: 2, column: 7 });
  assert.deepEqual(locate(['a', 'b', 1, 'c']), { line: 2, column: 15 });
  assert.deepEqual(locate(['a', 'b', 1, 'c'], 'key'), { line: 2, column: 12 });
  assert.deepEqual(locate(['a', 'd', 'e']), { line: 4, column: 8 });
});

test('a path that leads out of the text is found at the last part that is in it', () => {
  const { locate } = yaml('a:\n  b: x\n');
  assert.deepEqual(locate(['a', 'c', 'd']), { line: 1, column: 1 });
  assert.deepEqual(locate(['nothing']), { line: 1, column: 1 });
});

test('an alias is what it stands for', () => {
  const document = yaml('a: &list [x, y]\nb: *list\nc: { d: *list }\n');
  assert.deepEqual(document.value, { a: ['x', 'y'], b: ['x', 'y'], c: { d: ['x', 'y'] } });
  assert.deepEqual(document.locate(['b', 1]), { line: 1, column: 14 });
});

test('aliases that run in circles, stand for nothing or grow without bound are mistakes', () => {
  assert.deepEqual(mistakesOf('a: &a [*a]'), ['1:8 yaml-alias: *a stands inside its own anchor']);
  assert.equal(mistakesOf('a: *b').length, 1);
  const levels = Array.from(
    { length: 12 },
    (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(9)}]`,
  );
  const laughs = ['l0: &l0 [ha]', ...levels].join('\n');
  assert.match(mistakesOf(laughs)[0]!, /aliases make this file too large/);
});

test('a key given twice, and a key that is no text, are mistakes with their places', () => {
  assert.deepEqual(mistakesOf('a: 1\nb:\n  c: 1\n  c: 2\n'), ['4:3 duplicate-key: is given twice']);
  assert.deepEqual(mistakesOf('? [a]\n: 1\n'), ['1:3 bad-key: has a key that is no plain text']);
  assert.deepEqual(mistakesOf('{"a": 1, "a": 2}', 'json'), ['1:10 duplicate-key: is given twice']);
});

test('all syntax errors of a text are reported', () => {
  assert.ok(mistakesOf('a: [1\nb: "x\n').length > 0);
  assert.match(mistakesOf('a: 1\n---\nb: 2\n').join(), /yaml-syntax/);
  assert.match(mistakesOf(`${'['.repeat(20_000)}`).join(), /too-deep|yaml-syntax/);
});

test('a .json file is strict JSON', () => {
  assert.deepEqual(readDocument('\ufeff{\n\t"a": [1, "\\u0041"]\n}', 'json').document?.value, {
    a: [1, 'A'],
  });
  assert.deepEqual(mistakesOf('{"a": 1,}', 'json'), [
    '1:9 json-syntax: a key in double quotes should stand here',
  ]);
  assert.deepEqual(mistakesOf('{\n  a: 1\n}', 'json'), [
    '2:3 json-syntax: a key in double quotes should stand here',
  ]);
  assert.deepEqual(mistakesOf('{"a": [1', 'json'), ['1:9 json-syntax: ends where "," or "]" should stand']);
  assert.deepEqual(mistakesOf('', 'json'), ['1:1 json-syntax: ends where a value should stand']);
  assert.deepEqual(mistakesOf('{} {}', 'json'), ['1:4 json-syntax: nothing more should stand here']);
});

test('a text is JSON exactly where JSON.parse takes it', () => {
  const agrees = (text: string) => {
    let valid = true;
    try {
      JSON.parse(text);
    } catch {
      valid = false;
    }
    assert.equal(findJsonMistake(text) === undefined, valid, text);
  };
  fc.assert(fc.property(fc.json(), agrees));
  const token = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"\\u00e9"',
    '"\\x"',
    '1',
    '-0.5e3',
    '01',
    'true',
    'nul',
    ' ',
    '\n',
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => agrees(tokens.join(''))),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (text, seed, change) => {
      const at = seed % (text.length + 1);
      agrees(text.slice(0, at) + change + text.slice(at + 1));
    }),
  );
});

test('JSON reads as JSON.parse has it', () => {
  const noProto = (value: unknown) => !JSON.stringify(value).includes('__proto__');
  fc.assert(
    fc.property(fc.jsonValue().filter(noProto), (value) => {
      const text = JSON.stringify(value, null, 1);
      const plain = JSON.parse(text, (_, each) => (typeof each === 'number' ? String(each) : each));
      const read = JSON.stringify(readDocument(text, 'json').document?.value);
      assert.deepEqual(
        JSON.parse(read, (_, each) => (typeof each === 'number' ? String(each) : each)),
        plain,
      );
    }),
  );
});
