import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nearest, suggestion } from './nearest.ts';

test('a slip finds the word it was meant to be', () => {
  const known = ['networks', 'network', 'zones', 'forwarders', 'authorities', 'links', 'a', 'b'];
  assert.equal(nearest('netwrks', known), 'networks');
  assert.equal(nearest('zone', known), 'zones');
  assert.equal(nearest('Forwarders', known), 'forwarders');
  assert.equal(nearest('fowrarders', known), 'forwarders');
  assert.equal(nearest('lnks', known), 'links');
});

test('what is far from everything is no slip', () => {
  assert.equal(nearest('subnets', ['kind', 'cidrs', 'region']), undefined);
  assert.equal(nearest('c', ['a', 'b']), undefined);
  assert.equal(nearest('x'.repeat(100), ['x'.repeat(99)]), undefined);
});

test('two letters may be three that lost their last one, and nothing else', () => {
  assert.equal(nearest('ap', ['hub', 'app']), 'app');
  assert.equal(nearest('aa', ['a', 'caa', 'ab']), undefined);
});

test('a word is nearest to itself', () => {
  const word = fc.string({ minLength: 1, maxLength: 64 });
  fc.assert(
    fc.property(word, fc.array(word), (wanted, others) => {
      assert.equal(nearest(wanted, [wanted, ...others]), wanted);
    }),
  );
});

test('one letter added, lost or changed in a word of three letters or more is found', () => {
  const word = fc.stringMatching(/^[a-z]{3,20}$/);
  fc.assert(
    fc.property(word, fc.nat(), fc.constantFrom('', 'x', 'xy'), (meant, seed, replacement) => {
      const at = seed % meant.length;
      const typed = meant.slice(0, at) + replacement + meant.slice(at + 1);
      fc.pre(typed.length > 2 && replacement !== 'xy');
      assert.equal(nearest(typed, [meant]), meant);
    }),
  );
});

test('where nothing is near, what is known is listed', () => {
  assert.equal(suggestion('colour', ['kind', 'cidrs'], 'key'), 'the known keys are kind, cidrs');
  const many = Array.from({ length: 20 }, (_, index) => `key-number-${index}`);
  assert.match(suggestion('colour', many, 'key'), /key-number-11, and 8 more$/);
});
