import { changeActivity, endActivity } from './activities.ts';
import {
  changeInstance,
  type Group,
  type GroupInstance,
  type Hook,
  isLeaving,
  type LifecycleResult,
  type Moment,
  type Transition,
  type Wait,
} from './group.ts';
import { leave } from './leave.ts';

/** How often the first timeout of a hook may be had again by heartbeats, and seconds that it is at most in all. */
const MOST_HEARTBEATS = 100;
const LONGEST_WAIT = 172_800;

/** Waits for the hooks of a transition, or goes on where there are none. */
export function holdAt(
  group: Group,
  { id, activityId }: GroupInstance,
  transition: Transition,
  moment: Moment,
): Group {
  const hooks = group.deleting ? [] : group.hooks.filter((hook) => hook.transition === transition);
  const entering = transition === 'autoscaling:EC2_INSTANCE_LAUNCHING';
  const phase = entering ? 'Pending' : 'Terminating';
  if (hooks.length === 0) return changeInstance(group, id, { state: `${phase}:Proceed` });
  const waits = hooks.map((hook) => beginWait(hook, moment));
  return changeActivity(changeInstance(group, id, { state: `${phase}:Wait`, waits }), activityId, {
    status: 'MidLifecycleAction',
  });
}

function beginWait(hook: Hook, { now, newId }: Moment): Wait {
  const { heartbeatTimeout: seconds } = hook;
  const latest = now + Math.min(seconds * MOST_HEARTBEATS, LONGEST_WAIT) * 1000;
  return { hook, token: newId(), until: Math.min(now + seconds * 1000, latest), latest };
}

/** Starts the timeout of a wait again. */
export function recordHeartbeat(group: Group, instanceId: string, token: string, { now }: Moment): Group {
  const instance = group.instances.find(({ id }) => id === instanceId)!;
  const waits = instance.waits.map((wait) =>
    wait.token === token
      ? { ...wait, until: Math.min(now + wait.hook.heartbeatTimeout * 1000, wait.latest) }
      : wait,
  );
  return changeInstance(group, instanceId, { waits });
}

/**
 * Ends a wait. An instance that was launching is given up by `ABANDON`, whatever other hooks say; one that is terminating goes on in any case, and
 * `ABANDON` only ends the other waits, too.
 */
export function completeWait(
  group: Group,
  instanceId: string,
  token: string,
  result: LifecycleResult,
  moment: Moment,
): Group {
  const instance = group.instances.find(({ id }) => id === instanceId)!;
  const { hook } = instance.waits.find((wait) => wait.token === token)!;
  const waits = result === 'ABANDON' ? [] : instance.waits.filter((wait) => wait.token !== token);
  const next = changeInstance(group, instanceId, { waits });
  if (result === 'CONTINUE' || isLeaving(instance)) return next;
  const message = `Lifecycle Action with token ${token} for hook ${hook.name} was abandoned: the instance failed to launch.`;
  const cancelled = endActivity(next, instance.activityId, 'Cancelled', moment, message);
  return leave(
    cancelled,
    instanceId,
    'an instance was taken out of service as its lifecycle action was abandoned',
    moment,
  );
}

/** The waits whose time is over end with their hook's default result. */
export function expireWaits(group: Group, moment: Moment): Group {
  let next = group;
  for (const { id } of group.instances) {
    for (;;) {
      const instance = next.instances.find((each) => each.id === id)!;
      const late = instance.waits.find(({ until }) => until <= moment.now);
      if (!late) break;
      next = completeWait(next, id, late.token, late.hook.defaultResult, moment);
    }
  }
  return next;
}

/** Without waits left, an instance goes on. */
export function proceed(group: Group): Group {
  return group.instances
    .filter(({ state, waits }) => state.endsWith(':Wait') && waits.length === 0)
    .reduce((next, instance) => {
      const state = isLeaving(instance) ? 'Terminating:Proceed' : 'Pending:Proceed';
      return changeInstance(next, instance.id, { state });
    }, group);
}
