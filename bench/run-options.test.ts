import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRunOptions } from './run-options.ts';

test('without options everything runs, three rounds of three seconds', () => {
  const options = parseRunOptions([]);
  assert.ok(options !== 'help');
  assert.ok(options.subjects.includes('misses-100000') && options.servers.includes('knot'));
  assert.deepEqual([options.rounds, options.seconds, options.partial], [3, 3, false]);
});

test('a selection is a partial run', () => {
  assert.deepEqual(
    parseRunOptions(['--only', 'cached', '--servers', 'pointsman,echo', '--quick', '--rounds', '2']),
    {
      subjects: ['cached'],
      servers: ['pointsman', 'echo'],
      rounds: 2,
      seconds: 1,
      partial: true,
    },
  );
});

for (const [args, message] of [
  [['--only', 'cache'], /--only: "cache" is none of cached, /],
  [['--servers', 'bind,powerdns'], /--servers: "powerdns" is none of pointsman, /],
  [['--rounds', '0'], /--rounds: "0" is not a whole number from 1 to 60/],
  [['--fast'], /--fast/],
] as const) {
  test(`${args.join(' ')} is refused with the reason`, () => {
    assert.throws(() => parseRunOptions(args), message);
  });
}
