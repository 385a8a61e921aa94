import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { manualClock } from '../clock/clock.ts';
import { createVersions } from './versions.ts';

type State = { colours: ReadonlyMap<string, { name: string }>; sizes: ReadonlyMap<string, { size: number }> };

function make() {
  const clock = manualClock(0);
  const switches = { lag: 0 };
  const empty: State = { colours: new Map(), sizes: new Map() };
  const versions = createVersions<State>(empty, { now: clock.now, lag: () => switches.lag });
  const paint = (name: string | undefined) =>
    versions.write([{ table: 'colours', id: 'a', record: name === undefined ? undefined : { name } }]);
  return { clock, switches, versions, paint, seen: () => versions.seen().colours.get('a')?.name };
}

describe('A state in versions', () => {
  test('never changes below who holds it, and shares what a write leaves alone', () => {
    const { versions, paint } = make();
    const before = versions.now();
    paint('red');
    assert.equal(before.colours.size, 0);
    assert.equal(versions.now().colours.get('a')!.name, 'red');
    assert.equal(versions.now().sizes, before.sizes);
  });

  test('tells each write to who watches, once it can be read, until the watch ends', () => {
    const { versions, paint } = make();
    const told: unknown[] = [];
    const end = versions.watch((changes) => told.push(changes, versions.now().colours.get('a')));
    paint('red');
    paint(undefined);
    end();
    paint('blue');
    assert.deepEqual(told, [
      [{ table: 'colours', id: 'a', before: undefined, after: { name: 'red' } }],
      { name: 'red' },
      [{ table: 'colours', id: 'a', before: { name: 'red' }, after: undefined }],
      undefined,
    ]);
  });

  test('shows reads that lag what was so long ago, through every write since', () => {
    const { clock, switches, paint, seen } = make();
    switches.lag = 100;
    for (const name of ['red', 'green', 'blue']) {
      paint(name);
      clock.advance(60);
    }
    assert.equal(seen(), 'green');
    clock.advance(39);
    assert.equal(seen(), 'green');
    clock.advance(1);
    assert.equal(seen(), 'blue');
  });

  test('shows at once what is, when the lag ends', () => {
    const { switches, paint, seen } = make();
    switches.lag = 100;
    paint('red');
    assert.equal(seen(), undefined);
    switches.lag = 0;
    assert.equal(seen(), 'red');
  });
});
