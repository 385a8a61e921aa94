import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  isAtOrBelow,
  labelsOf,
  type Name,
  NameError,
  nameFromWire,
  nameToWire,
  parentOf,
  parseName,
  ROOT,
} from './name.ts';

/** Labels of any bytes, as long as a name may be. */
const labels = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 12 })
  .filter((list) => list.reduce((size, label) => size + label.length + 1, 1) <= 255);
const wireNames = labels.map((list) =>
  Uint8Array.from([...list.flatMap((label) => [label.length, ...label]), 0]),
);
const names = wireNames.map((wire) => nameFromWire(wire)!.name);

test('a name is written in lower case, with a final dot, and with escapes for what would be read otherwise', () => {
  for (const [text, name] of [
    ['WWW.Example.COM', 'www.example.com.'],
    ['www.example.com.', 'www.example.com.'],
    ['.', '.'],
    ['*.example.com', '*.example.com.'],
    ['_sip._tcp.example.com', '_sip._tcp.example.com.'],
    ['a\\.b.example.com', 'a\\.b.example.com.'],
    ['a\\046b.example.com', 'a\\.b.example.com.'],
    ['a\\\\b.example.com', 'a\\\\b.example.com.'],
    ['a\\ b', 'a\\032b.'],
    ['\\065', 'a.'],
    ['\\w', 'w.'],
    ['\\255', '\\255.'],
  ] as const) {
    assert.equal(parseName(text), name);
  }
});

test('what is no name is refused with the reason', () => {
  for (const [text, code] of [
    ['', 'empty-name'],
    ['a..b', 'empty-label'],
    ['.a', 'empty-label'],
    ['a..', 'empty-label'],
    [`${'a'.repeat(64)}.b`, 'label-too-long'],
    [`${'a.'.repeat(127)}a`, 'name-too-long'],
    ['a.'.repeat(100_000), 'name-too-long'],
    ['a\\', 'bad-escape'],
    ['a\\25', 'bad-escape'],
    ['a\\256', 'bad-escape'],
    ['münchen.example', 'not-ascii'],
    ['\\é.example', 'not-ascii'],
  ] as const) {
    assert.throws(
      () => parseName(text),
      (error) => error instanceof NameError && error.code === code && error.message.length > 0,
      text.slice(0, 40),
    );
  }
});

test('a name of 255 bytes and a label of 63 are the longest', () => {
  const label = 'a'.repeat(63);
  const longest = `${label}.${label}.${label}.${'a'.repeat(61)}.`;
  assert.equal(nameToWire(longest).length, 255);
  assert.equal(parseName(longest), longest);
  assert.equal(parseName('a.'.repeat(127)), 'a.'.repeat(127));
});

test('every name in wire form comes back from its text, but for the case of letters', () => {
  fc.assert(
    fc.property(wireNames, (wire) => {
      const { name, end } = nameFromWire(wire)!;
      assert.equal(end, wire.length);
      assert.equal(parseName(name), name);
      assert.deepEqual(
        nameToWire(name),
        wire.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte)),
      );
    }),
  );
});

test('text is a name or a NameError, and nothing else', () => {
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[a-cA-C0-9.\\é]*$/));
  fc.assert(
    fc.property(text, (source) => {
      try {
        assert.equal(parseName(parseName(source)), parseName(source));
      } catch (error) {
        assert.ok(error instanceof NameError);
      }
    }),
  );
});

test('bytes that are no name are undefined: pointers, labels that run out, names over 255 bytes', () => {
  assert.equal(nameFromWire(Uint8Array.of(0xc0, 0)), undefined);
  assert.equal(nameFromWire(Uint8Array.of(3, 0x61)), undefined);
  assert.equal(nameFromWire(Uint8Array.of(1, 0x61)), undefined);
  assert.equal(nameFromWire(new Uint8Array()), undefined);
  const long = Uint8Array.from([...Array.from({ length: 128 }, () => [1, 0x61]).flat(), 0]);
  assert.equal(nameFromWire(long), undefined);
});

test('labels, parents and ancestors agree with each other', () => {
  fc.assert(
    fc.property(names, names, (name, other) => {
      const own = labelsOf(name);
      assert.equal(own.length === 0 ? ROOT : `${own.join('.')}.`, name);
      const ancestors: Name[] = [];
      for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) ancestors.push(at);
      assert.equal(ancestors.length, own.length + 1);
      assert.equal(ancestors.at(-1), ROOT);
      for (const ancestor of ancestors) assert.ok(isAtOrBelow(name, ancestor));
      assert.equal(isAtOrBelow(name, other), ancestors.includes(other));
    }),
  );
});

test('an escaped dot parts no labels', () => {
  assert.deepEqual(labelsOf('a\\.b.c\\\\.d.'), ['a\\.b', 'c\\\\', 'd']);
  assert.equal(parentOf('a\\.b.c\\\\.d.'), 'c\\\\.d.');
  assert.equal(isAtOrBelow('a\\.b.', 'b.'), false);
  assert.equal(isAtOrBelow('a\\\\.b.', 'b.'), true);
  assert.equal(isAtOrBelow('ab.', 'b.'), false);
});
