import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadFailure, parseDnsperf } from './dnsperf.ts';

const report = (lines: string) => `DNS Performance Testing Tool
Version 2.10.0

[Status] Sending queries (to 127.0.0.1:5300)
[Status] Stopping after 3.000000 seconds
${lines}[Status] Testing complete (time limit)

Statistics:

  Queries sent:         300012
  Queries completed:    300000 (99.99%)
  Queries lost:         12 (0.01%)

  Response codes:       NOERROR 299990 (100.00%), SERVFAIL 10 (0.00%)
  Average packet size:  request 43, response 59
  Run time (s):         3.001875
  Queries per second:   99937.539039

  Average Latency (s):  0.001654 (min 0.000028, max 0.013670)
  Latency StdDev (s):   0.000919
`;

test('dnsperf’s report is read with its counts, codes and rate', () => {
  const { latencies, ...result } = parseDnsperf(report(''));
  assert.deepEqual(result, {
    sent: 300_012,
    completed: 300_000,
    lost: 12,
    rcodes: { NOERROR: 299_990, SERVFAIL: 10 },
    seconds: 3.001875,
    queriesPerSecond: 99_937.539039,
  });
  assert.equal(latencies.length, 0);
});

test('latencies come in milliseconds and ascending, without the queries that had no answer', () => {
  const verbose = `> NOERROR a.bench.example A 0.000500
> T b.bench.example A
> NXDOMAIN c.bench.example A 0.000125
[Timeout] Query timed out: msg id 7
> NOERROR d.bench.example A 1.000000
`;
  assert.deepEqual([...parseDnsperf(report(verbose)).latencies], [0.125, 0.5, 1000]);
});

test('answers other than NOERROR are a failure, and named', () => {
  assert.equal(loadFailure(parseDnsperf(report(''))), '10 × SERVFAIL');
});

test('unanswered queries are a failure from more than one in 10,000', () => {
  const good = { ...parseDnsperf(report('')), rcodes: { NOERROR: 300_000 } };
  assert.equal(loadFailure(good), undefined);
  assert.equal(loadFailure({ ...good, lost: 31 }), '31 of 300012 queries unanswered');
});

test('a server that never answers is a failure, not a measurement of nothing', () => {
  const silent = parseDnsperf(`
Statistics:

  Queries sent:         3
  Queries completed:    0 (0.00%)
  Queries lost:         3 (100.00%)

  Response codes:       
  Run time (s):         1.000212
  Queries per second:   0.000000
`);
  assert.equal(loadFailure(silent), 'no answers');
});
