import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { makeLiveLines, statusLines } from './live-status.ts';
import type { TierStatus, WorldStatus } from './status.ts';

test('a line for each tier, and one for the whole', () => {
  const lines = statusLines(status([tier('main', 'up')]), 65).map(textOf);
  assert.deepEqual(lines, [
    'main  ● a   asks  resolver of hub ●   ',
    '12 queries/s · 80 % cached · 1/1 members · 1/1 upstreams · 1,234 in 1:05  Ctrl-C ends',
  ]);
});

test('of members that tell no figures only that is shown which is known: who answers', () => {
  const tiers = [{ ...tier('main', 'up'), upstreams: [] }];
  assert.deepEqual(statusLines({ load: undefined, tiers }, 65).map(textOf), [
    'main  ● a  ',
    '1/1 members · 1:05  Ctrl-C ends',
  ]);
});

test('of many tiers only those are shown that something is wrong with', () => {
  const tiers = Array.from({ length: 100 }, (_, index) => tier(`t${index}`, index === 42 ? 'down' : 'up'));
  const lines = statusLines(status(tiers), 1).map(textOf);
  assert.equal(lines.length, 2);
  assert.match(lines[0]!, /^t42 {2}✖ a/);
  assert.match(lines[1]!, /99\/100 members/);
});

test('lines are written over the ones before, and never wider than the terminal', () => {
  let written = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      written += chunk;
      done();
    },
  });
  const live = makeLiveLines(Object.assign(stream, { columns: 11 }) as unknown as NodeJS.WriteStream);
  live.show([[{ text: 'a line that is too long' }], [{ text: 'short' }]]);
  assert.equal(written, 'a line th…\nshort\n');
  written = '';
  live.show([[{ text: 'next' }]]);
  assert.equal(written, '\x1b[2A\r\x1b[0Jnext\n');
  written = '';
  live.clear();
  assert.equal(written, '\x1b[1A\r\x1b[0J');
});

test('a tier that is too wide for the terminal goes on below, and what is written over grows with it', () => {
  let written = '';
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      written += chunk;
      done();
    },
  });
  const live = makeLiveLines(Object.assign(stream, { columns: 30 }) as unknown as NodeJS.WriteStream);
  const [wide] = statusLines(status([tier('main', 'up')]), 1);
  live.show([wide!]);
  const lines = written.split('\n').slice(0, -1);
  assert.ok(lines.length > 1);
  for (const line of lines) assert.ok(line.trimEnd().length <= 29 && !line.includes('…'), line);
  written = '';
  live.clear();
  assert.equal(written, `\x1b[${lines.length}A\r\x1b[0J`);
});

function textOf(line: readonly { text: string }[]): string {
  return line.map(({ text }) => text).join('');
}

function tier(name: string, state: 'up' | 'down'): TierStatus {
  return {
    name,
    members: [{ name: 'a', state, reason: '' }],
    upstreams: [{ endpoint: '127.1.0.2:53', who: 'resolver of hub', state: 'up', reason: '' }],
  };
}

function status(tiers: TierStatus[]): WorldStatus {
  return { load: { queriesPerSecond: 12.3, cacheHitShare: 0.8, queries: 1234 }, tiers };
}
