import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import type { ForwarderConfig } from '@pointsman/core/config';
import { type Name, nameFromWire } from '@pointsman/core/dns';
import { originsOfConfig, type RenderTarget, renderers } from '@pointsman/core/render';
import fc from 'fast-check';
import { run } from './system/command.ts';
import { findCommand, skipWithout } from './system/packages.ts';

/** The servers' own checks of a configuration take all that is rendered for them. */

const FOLDER = resolve(import.meta.dirname, '../scenarios/render');

const CHECKS: { target: RenderTarget; command: string; args: (file: string) => string[] }[] = [
  { target: 'unbound', command: 'unbound-checkconf', args: (file) => [file] },
  { target: 'dnsmasq', command: 'dnsmasq', args: (file) => ['--test', '-C', file] },
  { target: 'dnsdist', command: 'dnsdist', args: (file) => ['--check-config', '-C', file] },
];

const folder = mkdtempSync(join(tmpdir(), 'pointsman-rendered-'));
after(() => rmSync(folder, { recursive: true }));

/** Any name at all: bytes that end strings and lines are among its labels. */
const anyName: fc.Arbitrary<Name> = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 5 })
  .map(
    (labels) => nameFromWire(Uint8Array.from([...labels.flatMap((each) => [each.length, ...each]), 0]))!.name,
  );

/** Names of letters, digits, - and _, in places where hosts may not have them too. */
const plainName: fc.Arbitrary<Name> = fc
  .array(fc.stringMatching(/^(xn--)?[a-z0-9_-]{1,59}$/), { minLength: 1, maxLength: 3 })
  .map((labels) => `${labels.join('.')}.`);

for (const { target, command, args } of CHECKS) {
  describe(`${command} takes what is rendered`, { skip: skipWithout(command), timeout: 300_000 }, () => {
    const check = async (text: string) => {
      const file = join(folder, `${target}.conf`);
      writeFileSync(file, text);
      return run(findCommand(command)!, args(file));
    };

    for (const file of readdirSync(join(FOLDER, target)).filter((each) => each.endsWith('.case'))) {
      const [, text] = readFileSync(join(FOLDER, target, file), 'utf8').split('--------\n');
      if (!/^(#|--) /.test(text!)) continue;
      test(file.replace('.case', '').replaceAll('-', ' '), async () => {
        const { code, stdout, stderr } = await check(text!);
        assert.equal(code, 0, stdout + stderr);
      });
    }

    test('and finds something else to be wrong', async () => {
      assert.notEqual((await check('}\n')).code, 0);
    });

    test('whatever the names that are rendered', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(target === 'dnsmasq' ? plainName : anyName, { minLength: 50, maxLength: 200 }),
          async (names) => {
            const rendered = renderers[target].member(configOf(names), originsOfConfig('any names'));
            assert.ok(rendered.ok);
            const { code, stdout, stderr } = await check(rendered.text);
            assert.equal(code, 0, stdout + stderr);
          },
        ),
        { numRuns: 10 },
      );
    });
  });
}

function configOf(suffixes: readonly Name[]): ForwarderConfig {
  return {
    name: 'main-a',
    listen: ['10.10.1.53:53'],
    clients: ['10.0.0.0/8'],
    rules: suffixes.map((suffix) => ({ suffix, upstreams: ['192.0.2.1', '192.0.2.2:5353'] })),
    otherwise: 'refuse',
    cache: { bytes: 2 ** 26 },
    deadline: 2000,
  };
}
