import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesBetween } from './changes.ts';
import type { WorldStatus } from './status.ts';

type State = 'up' | 'down' | 'unknown';

test('what is up at the first look is no news; what is down is', () => {
  assert.deepEqual(changesBetween(undefined, status('up', 'up')), []);
  assert.deepEqual(
    changesBetween(undefined, status('down', 'down')).map(({ kind, name, state }) => [kind, name, state]),
    [
      ['member', 'main/a', 'down'],
      ['upstream', '127.1.0.2:53', 'down'],
    ],
  );
});

test('only what differs is told, and coming back is told too', () => {
  assert.deepEqual(changesBetween(status('up', 'up'), status('up', 'up')), []);
  assert.deepEqual(
    changesBetween(status('up', 'down'), status('up', 'up')).map(({ kind, state }) => [kind, state]),
    [['upstream', 'up']],
  );
});

test('an upstream of which nothing is known is no news', () => {
  assert.deepEqual(changesBetween(status('up', 'up'), status('up', 'unknown')), []);
  assert.deepEqual(changesBetween(status('up', 'unknown'), status('up', 'up')), []);
});

function status(member: 'up' | 'down', upstream: State): WorldStatus {
  return {
    load: undefined,
    tiers: [
      {
        name: 'main',
        members: [{ name: 'a', state: member, reason: '' }],
        upstreams: [{ endpoint: '127.1.0.2:53', who: 'resolver of hub', state: upstream, reason: '' }],
      },
    ],
  };
}
