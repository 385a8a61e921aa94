import { beginActivity, endActivity, timeOf } from './activities.ts';
import {
  capacityOf,
  type Group,
  type GroupInstance,
  isLeaving,
  isSuspended,
  type Launch,
  type LaunchTemplate,
  type Moment,
  type Place,
  RETRY_DELAY,
} from './group.ts';
import { leave } from './leave.ts';

/** Launches what is missing and ends what is too much, so that the availability zones have equally many. */
export function adjustCapacity(group: Group, moment: Moment): Group {
  const desired = group.deleting ? 0 : group.desiredCapacity;
  let next = group;
  if (!isSuspended(group, 'Launch') && moment.now >= group.launchAfter) {
    while (capacityOf(next) < desired) next = launchOne(next, moment);
  }
  if (isSuspended(group, 'Terminate') && !group.deleting) return next;
  for (;;) {
    const victim = capacityOf(next) > desired ? chooseVictim(next) : undefined;
    if (!victim) return next;
    next = leave(next, victim.id, scaleInReason(next, desired), moment);
  }
}

function scaleInReason(group: Group, desired: number): string {
  return `an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${capacityOf(group)} to ${desired}`;
}

function launchOne(group: Group, moment: Moment): Group {
  const place = emptiest(group);
  const from = capacityOf(group);
  const begun = beginActivity(
    group,
    {
      description: 'Launching a new EC2 instance',
      cause: `At ${timeOf(moment.now)} an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${from} to ${from + 1}.`,
      place,
      status: 'PreInService',
    },
    moment,
  );
  const launch: Launch = { ...place, activityId: begun.id, asked: false };
  return { ...begun.group, launches: [...begun.group.launches, launch] };
}

/** The place in whose availability zone the fewest instances are, the first of them. */
function emptiest(group: Group): Place {
  const count = ({ availabilityZone }: Place) => populationOf(group, availabilityZone);
  return group.places.reduce((best, each) => (count(each) < count(best) ? each : best));
}

function populationOf({ launches, instances }: Group, availabilityZone: string): number {
  const staying = [...launches, ...instances.filter((each) => !isLeaving(each))];
  return staying.filter((each) => each.availabilityZone === availabilityZone).length;
}

/** The longest there in the fullest availability zone, of those that are not protected. */
function chooseVictim(group: Group): GroupInstance | undefined {
  const count = ({ availabilityZone }: Place) => populationOf(group, availabilityZone);
  return group.instances
    .filter((each) => !isLeaving(each) && (group.deleting || !each.protectedFromScaleIn))
    .reduce<GroupInstance | undefined>(
      (best, each) => (best === undefined || count(each) > count(best) ? each : best),
      undefined,
    );
}

export type Launched = { id: string; instanceType: string; launchTemplate: LaunchTemplate };

/** EC2 has given an instance for a launch. */
export function noteLaunched(group: Group, activityId: string, launched: Launched): Group {
  const launch = group.launches.find((each) => each.activityId === activityId)!;
  const instance: GroupInstance = {
    ...launched,
    subnetId: launch.subnetId,
    availabilityZone: launch.availabilityZone,
    state: 'Pending',
    health: 'Healthy',
    protectedFromScaleIn: group.newInstancesProtected,
    inServiceAt: undefined,
    waits: [],
    activityId,
    terminateAsked: false,
  };
  return {
    ...group,
    launches: group.launches.filter((each) => each !== launch),
    instances: [...group.instances, instance],
    launchAfter: 0,
    activities: group.activities.map((each) =>
      each.id === activityId ? { ...each, description: `${each.description}: ${launched.id}` } : each,
    ),
  };
}

/** EC2 has refused a launch: another one is tried after a while. */
export function noteLaunchFailed(group: Group, activityId: string, reason: string, moment: Moment): Group {
  const failed = endActivity(group, activityId, 'Failed', moment, `${reason} Launching EC2 instance failed.`);
  return {
    ...failed,
    launches: group.launches.filter((each) => each.activityId !== activityId),
    launchAfter: moment.now + RETRY_DELAY,
  };
}
