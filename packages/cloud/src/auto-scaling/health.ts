import {
  changeInstance,
  type Group,
  type GroupInstance,
  isLeaving,
  isSuspended,
  type Moment,
  RETRY_DELAY,
} from './group.ts';
import { leave } from './leave.ts';

/** What EC2 says of an instance; undefined where it knows none of the ID any more. */
export type Seen = {
  state: 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';
  status: 'ok' | 'impaired' | 'initializing';
};
export type Sight = (instanceId: string) => Seen | undefined;

/** Whoever does not run, or fails EC2's status checks after the grace period, is unhealthy. */
export function checkHealth(group: Group, see: Sight, { now }: Moment): Group {
  if (isSuspended(group, 'HealthCheck')) return group;
  return group.instances
    .filter(
      (each) => !isLeaving(each) && each.health === 'Healthy' && looksDead(group, each, see(each.id), now),
    )
    .reduce((next, { id }) => changeInstance(next, id, { health: 'Unhealthy' }), group);
}

function looksDead(group: Group, instance: GroupInstance, seen: Seen | undefined, now: number): boolean {
  if (!seen || (seen.state !== 'pending' && seen.state !== 'running')) return true;
  return seen.status === 'impaired' && !isInGrace(group, instance, now);
}

/** The grace period begins with the service. */
export function isInGrace(group: Group, { inServiceAt }: GroupInstance, now: number): boolean {
  return inServiceAt === undefined || now < inServiceAt + group.healthCheckGracePeriod * 1000;
}

/** Where one dies before it has ever been in service, its replacement waits a while: the next one may die alike. */
export function replaceUnhealthy(group: Group, moment: Moment): Group {
  if (isSuspended(group, 'ReplaceUnhealthy') || isSuspended(group, 'Terminate')) return group;
  const ill = group.instances.filter((each) => each.health === 'Unhealthy' && !isLeaving(each));
  const neverServed = ill.some(({ inServiceAt }) => inServiceAt === undefined);
  const reason = 'an instance was taken out of service in response to a health check failure';
  return ill.reduce(
    (next, { id }) => leave(next, id, reason, moment),
    neverServed ? { ...group, launchAfter: moment.now + RETRY_DELAY } : group,
  );
}
