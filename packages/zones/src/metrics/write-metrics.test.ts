import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealthRunner } from '../health/run-health-checks.ts';
import type { HealthCheck } from '../store/model.ts';
import { countResponses } from './count-responses.ts';
import { writeMetrics } from './write-metrics.ts';

test('metrics are lines of a name, escaped labels and a number, each name with its help and type', () => {
  const check: HealthCheck = {
    ...{ id: 'id"1\\', account: '1', callerReference: 'r', version: 1 },
    config: { type: 'TCP', ipAddress: 'fd00::1', port: 80 },
  };
  const health: HealthRunner = {
    isHealthy: () => false,
    status: () => ({ status: 'Success: connected', checkedTime: 1500 }),
    lastFailure: () => undefined,
    metrics: () => ({ probes: 3, failures: 2, underWay: 1, waiting: 0 }),
    stop: () => undefined,
  };
  const text = writeMetrics({
    store: { zones: () => [], recordSetCount: () => 0, healthChecks: () => [check], revision: () => 7 },
    health,
    responses: () => [{ transport: 'udp', rcode: 'NOERROR', count: 5 }],
    calls: new Map([['key', { operation: 'GetChange', code: 'OK', count: 4 }]]),
  });
  const labels = String.raw`{id="id\"1\\",type="TCP",endpoint="[fd00::1]:80"}`;
  for (const line of [
    'pointsman_zones_dns_responses_total{transport="udp",rcode="NOERROR"} 5',
    'pointsman_zones_api_calls_total{operation="GetChange",code="OK"} 4',
    'pointsman_zones_writes_total 7',
    `pointsman_zones_health_check_healthy${labels} 0`,
    `pointsman_zones_health_check_last_probe_success${labels} 1`,
    `pointsman_zones_health_check_last_probe_timestamp_seconds${labels} 1.5`,
    'pointsman_zones_health_probe_failures_total 2',
  ])
    assert.ok(text.includes(`\n${line}\n`), `${line} is not in ${text}`);
  const names = [...text.matchAll(/^(pointsman_\w+)/gm)].map(([, name]) => name!);
  for (const name of names)
    assert.match(text, new RegExp(`^# HELP ${name} .+\n# TYPE ${name} (counter|gauge)\n`, 'm'));
  assert.ok(text.endsWith('\n'));
});

test('responses are counted by transport and RCODE; silence, and what is left to the whole way, is not', async () => {
  const nxdomain = Uint8Array.of(0, 0, 0x84, 0x83);
  const { responder, counts } = countResponses({
    handle: (query) => (query.length === 0 ? undefined : nxdomain),
    handleInPlace: (_bytes, _offset, length, _peers, _peerOffset, out, at) => {
      out.set([0, 0, 0x80, 0x80], at);
      return length === 0 ? -1 : 4;
    },
  });
  const client = { address: '10.0.0.1', port: 1 };
  await responder.handle(Uint8Array.of(1), { ...client, transport: 'tcp' });
  await responder.handle(Uint8Array.of(1), { ...client, transport: 'udp' });
  await responder.handle(new Uint8Array(), { ...client, transport: 'udp' });
  const out = new Uint8Array(8);
  for (const length of [1, 1, 0])
    responder.handleInPlace!(new Uint8Array(1), 0, length, new Uint8Array(), 0, out, 4);
  assert.deepEqual(counts(), [
    { transport: 'udp', rcode: 'NOERROR', count: 2 },
    { transport: 'udp', rcode: 'NXDOMAIN', count: 1 },
    { transport: 'tcp', rcode: 'NXDOMAIN', count: 1 },
  ]);
});
