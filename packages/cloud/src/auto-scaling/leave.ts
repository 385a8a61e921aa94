import { beginActivity, endActivity, timeOf } from './activities.ts';
import { changeInstance, type Group, isLeaving, type Moment } from './group.ts';

/** Begins the end of an instance, and ends its launch where that is still under way. One that is leaving already goes on leaving. */
export function leave(group: Group, instanceId: string, reason: string, moment: Moment): Group {
  const instance = group.instances.find(({ id }) => id === instanceId);
  if (!instance || isLeaving(instance)) return group;
  const cancelled = endActivity(group, instance.activityId, 'Cancelled', moment, 'The instance left before.');
  const begun = beginActivity(
    cancelled,
    {
      description: `Terminating EC2 instance: ${instanceId}`,
      cause: `At ${timeOf(moment.now)} ${reason}.`,
      place: instance,
      status: 'InProgress',
    },
    moment,
  );
  return changeInstance(begun.group, instanceId, {
    state: 'Terminating',
    activityId: begun.id,
    waits: [],
  });
}
