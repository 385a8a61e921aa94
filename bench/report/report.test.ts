import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Window } from '../measure/window.ts';
import { drawChart } from './chart.ts';
import { byCpu, type LoadReport, medianWindow, type Results, type ServerReport } from './results.ts';
import { alignColumns, loadTable } from './table.ts';
import { judge, verdictText } from './verdict.ts';

const window = (user: number, system: number): Window => ({
  answered: 1000,
  queriesPerSecond: 12_345.6,
  userMicroseconds: user,
  systemMicroseconds: system,
  upstreamMicroseconds: 0,
  latency: { p50: 0.1, p99: 1, p999: 2 },
  latencyRate: 10_000,
  residentBytes: 50 * 2 ** 20,
  disturbed: 0,
});
const served = (server: string, role: ServerReport['role'], microseconds: number): ServerReport => ({
  server,
  role,
  rounds: [],
  failures: [],
  median: window(1, microseconds - 1),
});
const failed = (server: string): ServerReport => ({
  server,
  role: 'other',
  rounds: [],
  failures: ['10 × SERVFAIL'],
  median: undefined,
});
const load = (name: string, servers: ServerReport[]): LoadReport => ({
  name,
  title: `Title of ${name}`,
  rules: 1,
  servers,
});

const loads = [
  load('cached', [
    served('Unbound', 'other', 8),
    failed('dnsmasq'),
    served('C echo', 'floor', 5),
    served('Pointsman', 'ours', 6),
  ]),
  load('misses', [served('Pointsman', 'ours', 21), served('dnsdist', 'other', 20)]),
];

test('medians are taken figure by figure', () => {
  const { userMicroseconds, systemMicroseconds } = medianWindow([window(1, 9), window(2, 7), window(3, 8)]);
  assert.deepEqual([userMicroseconds, systemMicroseconds], [2, 8]);
});

test('servers that failed come last, behind the slowest that served', () => {
  assert.deepEqual(
    byCpu(loads[0]!).map(({ server }) => server),
    ['C echo', 'Pointsman', 'Unbound', 'dnsmasq'],
  );
});

test('the table has a line for each server, and the reason where one failed', () => {
  const table = loadTable(loads[0]!);
  assert.match(table, /^Title of cached \(latencies at 10,000 queries\/s\)\n/);
  assert.match(table, /Pointsman +6\.0 +1\.0 +5\.0 +12,346 +0\.10 +1\.00 +2\.00 +50\n/);
  assert.match(table, /dnsmasq +failed: 10 × SERVFAIL\n$/);
});

test('the table warns where other programs ran on the server’s CPU', () => {
  const { median } = loads[1]!.servers[0]!;
  const busy = load('zipf', [{ ...loads[1]!.servers[0]!, median: { ...median!, disturbed: 0.3 } }]);
  assert.match(loadTable(busy), /Disturbed: other programs used up to 30 % of the server's CPU/);
  assert.doesNotMatch(loadTable(loads[0]!), /Disturbed/);
});

test('columns are as wide as their widest cell', () => {
  assert.equal(
    alignColumns([
      ['', 'a'],
      ['long', '1000'],
      ['x', '1'],
    ]),
    '           a\n  long  1000\n  x        1\n',
  );
});

test('the verdict judges the goals whose figures there are, and no others', () => {
  const verdict = judge(loads);
  assert.deepEqual(
    verdict.map(({ figure, reached }) => [figure, reached]),
    [
      ['0.75 (6.0 of 8.0 µs)', true],
      ['1.20 (6.0 of 5.0 µs)', true],
      ['1.05 (21.0 of 20.0 µs)', false],
    ],
  );
  assert.match(verdictText(verdict), /NOT reached {2}CPU per missed query/);
});

test('the chart names every server and says which failed, in well-formed XML', () => {
  const results: Results = {
    startedAt: '2026-01-01T00:00:00Z',
    machine: { cpu: 'A & B <CPU>', cpus: 2, memoryBytes: 1, kernel: '6.1', pinning: 'none' },
    versions: {},
    parameters: { rounds: 3, seconds: 3, zipfHitShare: 0.8, cacheBytes: 1 },
    loads,
    startup: [],
    memory: [],
    reload: [],
    failures: [],
    verdict: [],
  };
  const svg = drawChart(results);
  for (const { server } of loads.flatMap(({ servers }) => servers)) assert.ok(svg.includes(`>${server}<`));
  assert.equal(svg.match(/>failed</g)?.length, 1);
  assert.ok(!svg.includes('<CPU>') && !/NaN|Infinity|undefined/.test(svg));
  const open: string[] = [];
  for (const [, close, name, self] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (close) assert.equal(open.pop(), name);
    else if (!self) open.push(name!);
  }
  assert.deepEqual(open, []);
});
