import type { HealthRunner } from '../health/run-health-checks.ts';
import type { HealthCheckConfig } from '../store/model.ts';
import type { StoreReads } from '../store/store.ts';
import type { ResponseCounts } from './count-responses.ts';

/** What the metrics tell of. */
export type Measured = {
  store: Pick<StoreReads, 'zones' | 'recordSetCount' | 'healthChecks' | 'revision'>;
  health: HealthRunner;
  responses: () => ResponseCounts;
  /** Calls of the API that were carried out or refused, by operation and error code (`OK` for none). */
  calls: ReadonlyMap<string, { operation: string; code: string; count: number }>;
};

type Sample = { labels?: Record<string, string>; value: number };

/** The text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function writeMetrics({ store, health, responses, calls }: Measured): string {
  const zones = store.zones();
  const recordSets = zones.reduce((sum, { id }) => sum + store.recordSetCount(id), 0);
  const probes = health.metrics();
  return [
    metric(
      'dns_responses_total',
      'counter',
      'Responses, by transport and RCODE.',
      responses().map(({ count: value, ...labels }) => ({ labels, value })),
    ),
    metric(
      'api_calls_total',
      'counter',
      'Calls of the API that had a valid signature, by operation and error code.',
      Array.from(calls.values(), ({ count: value, ...labels }) => ({ labels, value })),
    ),
    metric('hosted_zones', 'gauge', 'Hosted zones.', [{ value: zones.length }]),
    metric('record_sets', 'gauge', 'Resource record sets.', [{ value: recordSets }]),
    metric('writes_total', 'counter', 'Writes since the zones were first made.', [
      { value: store.revision() },
    ]),
    ...checkMetrics(store, health),
    metric('health_probes_total', 'counter', 'Looks at endpoints that have ended.', [
      { value: probes.probes },
    ]),
    metric('health_probe_failures_total', 'counter', 'Those that found it unhealthy.', [
      { value: probes.failures },
    ]),
    metric('health_probes_under_way', 'gauge', 'Looks at endpoints under way.', [{ value: probes.underWay }]),
    metric('health_probes_waiting', 'gauge', 'Looks at endpoints that wait for others to end.', [
      { value: probes.waiting },
    ]),
  ].join('');
}

function checkMetrics(store: Measured['store'], health: HealthRunner): string[] {
  const checks = store.healthChecks();
  const labelled = checks.map(({ id, config }) => ({
    id,
    labels: { id, type: config.type, endpoint: endpointOf(config) },
  }));
  const looks = labelled.flatMap(({ id, labels }) => {
    const report = health.status(id);
    return report ? [{ labels, report }] : [];
  });
  return [
    metric(
      'health_check_healthy',
      'gauge',
      'What record sets go by: 1 for a healthy check, inversion included.',
      labelled.map(({ id, labels }) => ({ labels, value: Number(health.isHealthy(id)) })),
    ),
    metric(
      'health_check_last_probe_success',
      'gauge',
      'The result of the latest look at the endpoint.',
      looks.map(({ labels, report }) => ({ labels, value: Number(report.status.startsWith('Success')) })),
    ),
    metric(
      'health_check_last_probe_timestamp_seconds',
      'gauge',
      'When it ended, in seconds since 1970.',
      looks.map(({ labels, report }) => ({ labels, value: report.checkedTime / 1000 })),
    ),
  ];
}

/** `10.0.0.1:80`; the children of a calculated check are its own matter. */
function endpointOf({ ipAddress, fullyQualifiedDomainName, port }: HealthCheckConfig): string {
  const host = ipAddress ?? fullyQualifiedDomainName ?? '';
  const shown = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? shown : `${shown}:${port}`;
}

function metric(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const full = `pointsman_zones_${name}`;
  const lines = samples.map(({ labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
    return `${full}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`;
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
