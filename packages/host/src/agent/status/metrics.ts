import type { CloudErrorKind } from '../cloud/cloud-error.ts';
import type { AgentStatus } from './agent-status.ts';

/** What an agent counts. */
export type AgentMetrics = {
  attaches: number;
  detaches: number;
  forcedDetaches: number;
  failedCalls: Partial<Record<CloudErrorKind, number>>;
  engineRestarts: number;
};

export function noMetrics(): AgentMetrics {
  return { attaches: 0, detaches: 0, forcedDetaches: 0, failedCalls: {}, engineRestarts: 0 };
}

/** In the text format of Prometheus: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function formatMetrics(metrics: AgentMetrics, status: AgentStatus): string {
  const healed = status.heals.flatMap(({ took_ms }) => (took_ms === undefined ? [] : [took_ms / 1000]));
  const states = Map.groupBy(status.rules, ({ state }) => state);
  return [
    family('pointsman_agent_serving', 'gauge', 'Whether this host has a fixed address.', [
      [`{tier="${status.tier ?? ''}",member="${status.member ?? ''}"}`, status.address === undefined ? 0 : 1],
    ]),
    family('pointsman_agent_healthy', 'gauge', 'Whether answers flow at the fixed address.', [
      ['', status.healthy ? 1 : 0],
    ]),
    family('pointsman_agent_fit', 'gauge', 'Whether this host may have an address.', [
      ['', status.faults.length === 0 ? 1 : 0],
    ]),
    family('pointsman_agent_attach_attempts_total', 'counter', 'Attaches that the cloud took on.', [
      ['', metrics.attaches],
    ]),
    family('pointsman_agent_detach_attempts_total', 'counter', 'Detaches that the cloud took on.', [
      ['{force="false"}', metrics.detaches],
      ['{force="true"}', metrics.forcedDetaches],
    ]),
    family(
      'pointsman_agent_failed_calls_total',
      'counter',
      'Calls of the cloud that failed, by reason.',
      Object.entries(metrics.failedCalls).map(([kind, number]) => [`{reason="${kind}"}`, number]),
    ),
    family('pointsman_agent_engine_restarts_total', 'counter', 'Restarts of a silent engine.', [
      ['', metrics.engineRestarts],
    ]),
    family(
      'pointsman_agent_rules',
      'gauge',
      'Forwarding rules by what probes of them came to last.',
      [...states].map(([state, rules]) => [`{state="${state}"}`, rules.length]),
    ),
    family('pointsman_agent_heals', 'gauge', 'Heals in the timeline, of the last 20.', [['', healed.length]]),
    family('pointsman_agent_last_heal_seconds', 'gauge', 'How long the last heal took.', [
      ...healed.slice(-1).map((seconds): [string, number] => ['', seconds]),
    ]),
  ].join('');
}

function family(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  samples: readonly (readonly [labels: string, value: number])[],
): string {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}\n`);
  return lines.length === 0 ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}
