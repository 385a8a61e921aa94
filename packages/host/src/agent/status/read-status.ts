import type { AgentConfig } from '@pointsman/core/config';
import type { Identity } from '../cloud/metadata.ts';
import type { Heals } from '../heals/heals.ts';
import type { AgentView } from '../start-agent.ts';
import type { AgentStatus } from './agent-status.ts';

/** The status of an agent at this moment. */
export function readStatus(
  config: AgentConfig,
  { tenure, turn, faults, isStandingBy }: AgentView,
  identity: Identity | undefined,
  heals: Heals,
): AgentStatus {
  const serving = tenure?.serving();
  const health = tenure?.health();
  return {
    tier: config.tier,
    at: new Date().toISOString(),
    instanceId: identity?.instanceId,
    availabilityZone: identity?.availabilityZone,
    role: roleOf({ tenure, turn, faults, isStandingBy }),
    doing: doingOf(turn),
    member: tenure?.interface.member,
    address: tenure?.interface.addresses[0],
    interfaceId: tenure?.interface.id,
    since: tenure && new Date(tenure.since).toISOString(),
    healthy: faults.length === 0 && (health?.answers ?? isStandingBy),
    engine: serving?.engine && { kind: config.engine, since: new Date(serving.startedAt).toISOString() },
    configuration: serving && {
      revision: serving.configuration.revision,
      since: new Date(serving.configuredAt).toISOString(),
      rules: serving.configuration.config.rules.length,
    },
    rules: health?.rules ?? [],
    problems: turn?.problems.map(({ message }) => message) ?? [],
    faults,
    heals: heals.list(),
  };
}

function roleOf({ tenure, turn, faults, isStandingBy }: Omit<AgentView, 'turnedAt'>): AgentStatus['role'] {
  if (tenure) return 'serving';
  if (faults.length > 0) return 'unfit';
  if (isStandingBy) return 'standby';
  const isMoving = turn?.step && (turn.step.do !== 'wait' || turn.step.pace === 'brisk');
  return isMoving ? 'claiming' : 'starting';
}

function doingOf(turn: AgentView['turn']): string {
  if (!turn?.step) return 'cannot read the cloud';
  switch (turn.step.do) {
    case 'hold':
      return `holds ${turn.step.interface.id}${turn.step.despite === undefined ? '' : ` for now: ${turn.step.despite}`}`;
    case 'attach':
      return `attaches ${turn.step.interface.id}`;
    case 'detach':
      return `detaches ${turn.step.interface.id}: ${turn.step.why}`;
    case 'wait':
      return turn.step.why;
  }
}
