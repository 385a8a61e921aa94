import { endActivity } from './activities.ts';
import { adjustCapacity } from './capacity.ts';
import { changeInstance, type Group, isLeaving, isSuspended, type Launch, type Moment } from './group.ts';
import { checkHealth, replaceUnhealthy, type Sight } from './health.ts';
import { expireWaits, holdAt, proceed } from './lifecycle.ts';

/** What EC2 is to be asked for now. Each is asked for once: the next state knows of it. */
export type Command = { kind: 'launch'; launch: Launch } | { kind: 'terminate'; instanceId: string };

export type Reconciled = {
  group: Group;
  commands: readonly Command[];
  /** When to look again even if nothing happens; undefined: only when something does. */
  wakeAt: number | undefined;
};

/** One look at a group: where it is now, and what follows from that. Looked at again at once, nothing more would follow. */
export function reconcile(group: Group, see: Sight, moment: Moment): Reconciled {
  let next = forgetTerminated(group, see, moment);
  next = expireWaits(next, moment);
  next = checkHealth(next, see, moment);
  next = replaceUnhealthy(next, moment);
  next = adjustCapacity(next, moment);
  next = advance(next, see, moment);
  return { ...takeCommands(next), wakeAt: nextTime(next, moment) };
}

/** What was to leave and is no more, leaves the group. */
function forgetTerminated(group: Group, see: Sight, moment: Moment): Group {
  const isGone = (id: string) => (see(id)?.state ?? 'terminated') === 'terminated';
  const gone = group.instances.filter((each) => each.state === 'Terminating:Proceed' && isGone(each.id));
  if (gone.length === 0) return group;
  const ended = gone.reduce(
    (next, { activityId }) => endActivity(next, activityId, 'Successful', moment),
    group,
  );
  return { ...ended, instances: group.instances.filter((each) => !gone.includes(each)) };
}

/** Instances as far on their way as they get now. */
function advance(group: Group, see: Sight, moment: Moment): Group {
  let next = group;
  for (const instance of group.instances) {
    if (instance.state === 'Pending' && see(instance.id)?.state === 'running') {
      next = holdAt(next, instance, 'autoscaling:EC2_INSTANCE_LAUNCHING', moment);
    } else if (instance.state === 'Terminating') {
      next = holdAt(next, instance, 'autoscaling:EC2_INSTANCE_TERMINATING', moment);
    }
  }
  next = proceed(next);
  for (const { id, state, activityId } of next.instances) {
    if (state !== 'Pending:Proceed') continue;
    next = changeInstance(next, id, { state: 'InService', inServiceAt: moment.now });
    next = endActivity(next, activityId, 'Successful', moment);
  }
  return next;
}

function takeCommands(group: Group): { group: Group; commands: Command[] } {
  const launches = group.launches.filter(({ asked }) => !asked);
  const ending = group.instances.filter(
    (each) => each.state === 'Terminating:Proceed' && !each.terminateAsked,
  );
  const commands: Command[] = [
    ...launches.map((launch) => ({ kind: 'launch', launch }) as const),
    ...ending.map(({ id }) => ({ kind: 'terminate', instanceId: id }) as const),
  ];
  if (commands.length === 0) return { group, commands };
  return {
    group: {
      ...group,
      launches: group.launches.map((each) => ({ ...each, asked: true })),
      instances: group.instances.map((each) =>
        ending.includes(each) ? { ...each, terminateAsked: true } : each,
      ),
    },
    commands,
  };
}

function nextTime(group: Group, { now }: Moment): number | undefined {
  const times = [
    ...group.instances.flatMap(({ waits }) => waits.map(({ until }) => until)),
    ...(group.launchAfter > now && !isSuspended(group, 'Launch') ? [group.launchAfter] : []),
    ...group.instances
      .filter((each) => !isLeaving(each) && each.inServiceAt !== undefined)
      .map(({ inServiceAt }) => inServiceAt! + group.healthCheckGracePeriod * 1000)
      .filter((time) => time > now),
  ];
  return times.length === 0 ? undefined : Math.min(...times);
}
