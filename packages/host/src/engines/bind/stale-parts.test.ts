import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ForwarderConfigInput } from '@pointsman/core/config';
import { parsed } from '../contract/engine-world.ts';
import { staleParts } from './stale-parts.ts';

const config = (more: Partial<ForwarderConfigInput>) =>
  parsed({ name: 'x', listen: ['127.0.0.1:53'], clients: [], rules: [], ...more });
const rule = (suffix: string, ...upstreams: string[]) => ({ suffix, upstreams });
const rules = [rule('a.example', '192.0.2.1', '192.0.2.2'), rule('b.example', '192.0.2.1')];

test('rules that changed, came or went; not those that stayed, nor a policy', () => {
  const next = [
    { ...rules[0]!, policy: 'ordered' as const },
    rule('b.example', '192.0.2.2'),
    rule('sub.a.example', '192.0.2.9'),
  ];
  assert.deepEqual(staleParts(config({ rules }), config({ rules: next })), [
    { view: '_default', suffix: 'b.example.' },
    { view: '_default', suffix: 'sub.a.example.' },
  ]);
  assert.deepEqual(staleParts(config({ rules: next }), config({ rules })), [
    { view: '_default', suffix: 'b.example.' },
    { view: '_default', suffix: 'sub.a.example.' },
  ]);
  assert.deepEqual(staleParts(config({ rules }), config({ rules })), []);
});

test('all of a view where names that no rule covers go elsewhere, or where much changes', () => {
  const otherwise = { upstreams: ['192.0.2.1'] };
  const all = [{ view: '_default', suffix: undefined }];
  assert.deepEqual(staleParts(config({ rules }), config({ rules, otherwise })), all);
  assert.deepEqual(
    staleParts(config({ rules: [rule('.', '192.0.2.1')] }), config({ rules: [rule('.', '192.0.2.2')] })),
    all,
  );
  const many = Array.from({ length: 51 }, (_, index) => rule(`z${index}.example`, '192.0.2.1'));
  assert.deepEqual(staleParts(config({ rules }), config({ rules: [...rules, ...many] })), all);
});

test('each view by itself; a view that is new has nothing in its cache', () => {
  const view = (name: string, second: number, upstream: string) => ({
    name,
    clients: [`10.${second}.0.0/16`],
    rules: [rule('a.example', upstream)],
  });
  const before = config({ views: [view('one', 1, '192.0.2.1'), view('two', 2, '192.0.2.1')] });
  const after = config({
    views: [view('two', 2, '192.0.2.7'), view('new', 3, '192.0.2.1'), view('one', 1, '192.0.2.1')],
  });
  assert.deepEqual(staleParts(before, after), [{ view: 'two', suffix: 'a.example.' }]);
});
