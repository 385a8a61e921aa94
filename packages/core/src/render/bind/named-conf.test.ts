import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { skipWithout } from '../../../../../test/system/packages.ts';
import { type ForwarderConfig, parseForwarderConfig } from '../../config/index.ts';
import { nameFromWire } from '../../dns/name.ts';
import { originsOfConfig } from '../origins.ts';
import { renderNamed } from './bind.ts';

/** Labels of any bytes, and of those above all that mean something in named.conf or in names. */
const byte = fc.oneof(
  fc.integer({ min: 0, max: 255 }),
  fc.constantFrom(...Array.from('"\\;{}#/*!@$().\n\r\t \0*', (character) => character.charCodeAt(0))),
);
const label = fc
  .uint8Array({ minLength: 1, maxLength: 20 })
  .chain(() => fc.array(byte, { minLength: 1, maxLength: 63 }));
const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => {
  const wire = Uint8Array.from([...labels.flatMap((bytes) => [bytes.length, ...bytes]), 0]);
  return nameFromWire(wire)!.name;
});
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('"; };', '*/ include "/etc/passwd"; //', '\n};\nzone "x" {', '\\', '//', '_default', ''),
);
const input = fc.record({
  name: nasty,
  suffixes: fc.uniqueArray(name, { minLength: 1, maxLength: 30 }),
  views: fc.array(nasty, { maxLength: 4 }),
  refuse: fc.boolean(),
});

const rendered = ({
  name,
  suffixes,
  views,
  refuse,
}: typeof input extends fc.Arbitrary<infer T> ? T : never) => {
  const rules = suffixes.map((suffix) => ({ suffix, upstreams: ['192.0.2.1', '[2001:db8::1]:5353'] }));
  const otherwise = refuse ? ('refuse' as const) : { upstreams: ['192.0.2.2'] };
  // As no file may have it: what reads files refuses some of these names before they come here.
  const config: ForwarderConfig = {
    name,
    listen: ['127.0.0.1:53'],
    clients: ['10.0.0.0/8'],
    rules,
    otherwise,
    views: views.map((each, index) => ({ name: each, clients: [`10.${index}.0.0/16`], rules, otherwise })),
    cache: { bytes: 2 ** 21 },
    deadline: 2000,
  };
  const origins = { ...originsOfConfig(name), rule: () => name };
  const result = renderNamed(config, origins, { directory: tmpdir(), timedStaleAnswers: true });
  assert.ok(result.ok);
  return result.text;
};

describe('named.conf', { skip: skipWithout('named-checkconf') }, () => {
  test('whatever names, views and texts there are, named-checkconf reads as many zones as there are rules, and nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pointsman-checkconf-'));
    const file = join(folder, 'named.conf');
    try {
      fc.assert(
        fc.property(input, (each) => {
          writeFileSync(file, rendered(each));
          const { status, stdout, stderr } = spawnSync('named-checkconf', ['-p', file], { encoding: 'utf8' });
          assert.equal(status, 0, stdout + stderr);
          assert.equal(stderr, '');
          const scopes = each.views.length + 1;
          const statements = [
            ...stdout.matchAll(/^\t?(zone|view|acl|options|include|key|controls|logging) /gm),
          ].map(([, word]) => word);
          const count = (word: string) => statements.filter((other) => other === word).length;
          assert.equal(count('zone'), scopes * (each.suffixes.length + (each.refuse ? 1 : 0)), stdout);
          assert.equal(count('view'), each.views.length === 0 ? 0 : scopes);
          assert.equal(count('acl'), scopes);
          assert.equal(count('options'), 1);
          assert.deepEqual(
            statements.filter((word) => !['zone', 'view', 'acl', 'options'].includes(word!)),
            [],
          );
        }),
        { numRuns: 80 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a path that a quoted string cannot hold is refused before it is written', () => {
    const parsed = parseForwarderConfig({ name: 'x', listen: ['127.0.0.1:53'], clients: [], rules: [] });
    assert.ok(parsed.ok);
    for (const directory of ['/tmp/a"; };', '/tmp/a\nb', '/tmp/\\'])
      assert.throws(
        () => renderNamed(parsed.config, originsOfConfig('x'), { directory, timedStaleAnswers: true }),
        RangeError,
      );
  });
});
