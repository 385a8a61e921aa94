import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ForwarderConfig } from '../config/index.ts';
import { type Name, nameFromWire, parseName, ROOT } from '../dns/index.ts';
import { commentText, type Origins, RENDER_TARGETS, type RenderTarget, renderers } from './index.ts';

/** Nothing of an input reaches a configuration but as what it is: a name, an address, or a comment. */

/** Any bytes a label can have, with those that end strings, lines and comments more often than chance has them. */
const label = fc
  .array(
    fc.oneof(
      fc.constantFrom(...Array.from(`"'\\;{}()[]#$\`/*-.!@ \n\r\t\0`, (each) => each.charCodeAt(0))),
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0x61, max: 0x7a }),
    ),
    { minLength: 1, maxLength: 63 },
  )
  .map((bytes) => Uint8Array.from([bytes.length, ...bytes]));

const name: fc.Arbitrary<Name> = fc
  .array(label, { minLength: 1, maxLength: 6 })
  .map((labels) => nameFromWire(Uint8Array.from([...labels.flatMap((each) => [...each]), 0]))?.name)
  .filter((each) => each !== undefined);

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\n',
    '"; } server {',
    "'; Remove-Item x; '",
    ']] --[[',
    '\\',
    '\r\nserver=1.2.3.4',
    '\u2028',
    '{$HOME}',
    '#>',
  ),
);

const BENIGN = Array.from({ length: 20 }, (_, index) => `name-${index}.example.`);

function configOf(suffixes: readonly Name[], views: readonly string[], of = 'main-a'): ForwarderConfig {
  const rules = suffixes.map((suffix) => ({ suffix, upstreams: ['192.0.2.1'] }));
  return {
    name: of,
    listen: ['10.10.1.53:53'],
    clients: ['10.0.0.0/8'],
    rules,
    otherwise: { upstreams: ['192.0.2.2'] },
    ...(views.length > 0
      ? {
          views: views.map((view, index) => ({
            name: view,
            clients: [`10.${index}.0.0/16`],
            rules,
            otherwise: 'refuse' as const,
          })),
        }
      : {}),
    cache: { bytes: 2 ** 26 },
    deadline: 2000,
  };
}

function originsOf(text: string): Origins {
  return { subject: text, rule: () => text };
}

/** Strings in double quotes; the ones that these servers write never have a double quote inside. */
const STRINGS = /"[^"]*"/g;

const ESCAPING: RenderTarget[] = ['bind', 'unbound', 'dnsdist', 'knot-resolver'];

for (const target of ESCAPING) {
  test(`${target}: whatever the names, only strings differ, and each says the name it stands for`, () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 20 }), (names) => {
        // As deep as the names: rules are written in the order of their depth.
        const twins = names.map((each, index) =>
          each.replace(/(?:\\.[0-9]{0,2}|[^.\\])+/gs, () => `l${index}`),
        );
        const [text, twin] = [names, twins].map((each) => rendered(target, configOf(each, []), 'x')) as [
          string,
          string,
        ];
        assert.equal(text.replace(STRINGS, '""'), twin.replace(STRINGS, '""'));
        const said = new Set([...text.matchAll(STRINGS)].map(([string]) => saidName(target, string)));
        for (const each of names) assert.ok(said.has(each), each);
      }),
      { numRuns: 200 },
    );
  });
}

/** It moves addresses, and is told of no names. */
const NAMELESS: RenderTarget[] = ['keepalived'];

for (const target of NAMELESS) {
  test(`${target}: what is written is the same for all names`, () => {
    fc.assert(
      fc.property(name, (suffix) => {
        assert.equal(
          rendered(target, configOf([suffix], []), 'x'),
          rendered(target, configOf([ROOT], []), 'x'),
        );
      }),
    );
  });
}

for (const target of RENDER_TARGETS.filter((each) => ![...ESCAPING, ...NAMELESS].includes(each))) {
  test(`${target}: a name that it could not be told safely is a problem that shows the name`, () => {
    fc.assert(
      fc.property(name, (suffix) => {
        const outcome = renderers[target].member(configOf([suffix], []), originsOf('x'));
        if (/^(?:[a-z0-9_-]+\.)+$/.test(suffix)) return;
        assert.ok(!outcome.ok);
        assert.ok(
          outcome.problems.some(
            ({ code, message }) => code === 'no-such-form' || message.includes(suffix.slice(0, -1)),
          ),
        );
      }),
    );
  });
}

for (const target of RENDER_TARGETS) {
  test(`${target}: whatever the names of forwarders, views and files, lines stay what they are`, () => {
    fc.assert(
      fc.property(anyText, fc.uniqueArray(anyText, { maxLength: 2 }), (text, views) => {
        const hostile = renderers[target].member(configOf(BENIGN, views, text), originsOf(text));
        const benign = renderers[target].member(
          configOf(
            BENIGN,
            views.map((_, index) => `view${index}`),
          ),
          originsOf('x'),
        );
        assert.equal(hostile.ok, benign.ok);
        if (!hostile.ok) {
          for (const { message } of hostile.problems) assert.match(message, /^[\x20-\x7e]*$/);
        } else if (benign.ok) {
          assert.match(hostile.text, /^[\x20-\x7e\t\n]*$/);
          assert.deepEqual(withoutComments(hostile.text), withoutComments(benign.text));
        }
      }),
    );
  });
}

/** Lines without their comments, and without what is in strings: view names are in some. */
function withoutComments(text: string): string[] {
  return text
    .replace(/scopes\["[^"]*"\]/g, 'scopes[""]')
    .split('\n')
    .map((line) => line.replace(/(^|\s)(#|\/\/|--) .*$/, '').replace(STRINGS, '""'));
}

test('a comment is one line of printable ASCII, and tells different texts apart', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.match(commentText(text), /^[\x20-\x7e]*$/);
      assert.ok(!commentText(text).endsWith('\\'));
    }),
  );
  assert.equal(commentText('a\nb\u2028ü😀\\'), 'a\\u{a}b\\u{2028}\\u{fc}\\u{1f600}\\u{5c}');
});

test('the longest names and thousands of rules are written, each once, in little time', () => {
  const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}.`;
  const suffixes = [longest, ROOT, ...Array.from({ length: 20_000 }, (_, index) => `zone-${index}.example.`)];
  for (const target of RENDER_TARGETS.filter((each) => !NAMELESS.includes(each))) {
    const outcome = renderers[target].member(configOf(suffixes, []), originsOf('x'));
    if (!outcome.ok) continue;
    assert.ok(outcome.text.includes(longest.slice(0, -1)), target);
    assert.ok(outcome.text.includes('zone-19999.example'), target);
  }
});

function rendered(target: RenderTarget, config: ForwarderConfig, text: string): string {
  const outcome = renderers[target].member(config, originsOf(text));
  assert.ok(outcome.ok);
  return outcome.text;
}

/** What a server reads in a string: Lua takes its own escapes away first, the names' are left. */
function saidName(target: RenderTarget, string: string): Name | undefined {
  const inside = string.slice(1, -1);
  const isLua = target === 'dnsdist' || target === 'knot-resolver';
  const text = isLua
    ? inside.replace(/\\([0-9]{3})/g, (_, code) => String.fromCharCode(Number(code)))
    : inside;
  try {
    return parseName(text);
  } catch {
    return undefined;
  }
}
