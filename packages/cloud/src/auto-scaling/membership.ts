import type * as aws from '@aws-sdk/client-auto-scaling';
import type { Caller } from '@pointsman/aws-wire';
import type { Instance } from '../ec2/model.ts';
import type { Operation } from '../endpoint/bind-operations.ts';
import { beginActivity, endActivity, timeOf } from './activities.ts';
import { type AutoScaling, findGroup, invalid, keepGroup, ownGroups } from './auto-scaling.ts';
import { type Group, isLeaving, type Moment } from './group.ts';
import { writeActivity } from './group-shapes.ts';

/** Instances that EC2 runs already come in as new ones do, and the group is larger by them. */
export const attachInstances: Operation<AutoScaling, aws.AttachInstancesQuery, object> = (
  autoScaling,
  { AutoScalingGroupName, InstanceIds = [] },
  caller,
) => {
  const group = findGroup(autoScaling, AutoScalingGroupName, caller);
  const joining = [...new Set(InstanceIds)].map((id) => findFree(autoScaling, group, id, caller));
  const desiredCapacity = group.desiredCapacity + joining.length;
  if (desiredCapacity > group.maxSize) {
    throw invalid(
      `Attaching ${joining.length} instances makes ${desiredCapacity}: more than the max size ${group.maxSize}.`,
    );
  }
  const larger = { ...group, desiredCapacity };
  keepGroup(
    autoScaling,
    joining.reduce((next, instance) => join(next, instance, autoScaling.moment()), larger),
  );
  return {};
};

function findFree({ state, ec2State }: AutoScaling, { places }: Group, id: string, caller: Caller): Instance {
  const instance = ec2State.now().instances.get(id);
  if (instance?.account !== caller.account || instance.region !== caller.region) {
    throw invalid(`Invalid Instance ID(s): [${id}] specified.`);
  }
  const other = ownGroups(state.now(), caller).find(({ instances }) =>
    instances.some((each) => each.id === id),
  );
  if (other) throw invalid(`Instance ${id} is already part of AutoScalingGroup: ${other.name}`);
  if (instance.state !== 'running')
    throw invalid(`Instance ${id} is not in correct state: ${instance.state}`);
  const { availabilityZone } = instance;
  if (!places.some((each) => each.availabilityZone === availabilityZone)) {
    throw invalid(`Instance ${id} is in ${availabilityZone}, which is no availability zone of the group`);
  }
  return instance;
}

function join(group: Group, instance: Instance, moment: Moment): Group {
  const { id, subnetId, availabilityZone, instanceType } = instance;
  const begun = beginActivity(
    group,
    {
      description: `Attaching an existing EC2 instance: ${id}`,
      cause: `At ${timeOf(moment.now)} an instance was attached in response to a user request.`,
      place: instance,
      status: 'InProgress',
    },
    moment,
  );
  const member = {
    id,
    subnetId,
    availabilityZone,
    instanceType,
    launchTemplate: group.launchTemplate,
    state: 'Pending' as const,
    health: 'Healthy' as const,
    protectedFromScaleIn: group.newInstancesProtected,
    inServiceAt: undefined,
    waits: [],
    activityId: begun.id,
    terminateAsked: false,
  };
  return { ...begun.group, instances: [...begun.group.instances, member] };
}

/** Instances that run on, of which the group knows nothing more; they are replaced where the group is not to be smaller by them. */
export const detachInstances: Operation<AutoScaling, aws.DetachInstancesQuery, aws.DetachInstancesAnswer> = (
  autoScaling,
  { AutoScalingGroupName, InstanceIds = [], ShouldDecrementDesiredCapacity },
  caller,
) => {
  const group = findGroup(autoScaling, AutoScalingGroupName, caller);
  const ids = [...new Set(InstanceIds)];
  for (const id of ids) {
    if (group.instances.some((each) => each.id === id && !isLeaving(each))) continue;
    throw invalid(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
  }
  const desiredCapacity = group.desiredCapacity - (ShouldDecrementDesiredCapacity ? ids.length : 0);
  if (desiredCapacity < group.minSize) {
    throw invalid(
      `Detaching ${ids.length} instances leaves ${desiredCapacity}: fewer than the min size ${group.minSize}.`,
    );
  }
  const next = ids.reduce((so, id) => part(so, id, autoScaling.moment()), { ...group, desiredCapacity });
  keepGroup(autoScaling, next);
  const activities = next.activities.slice(0, ids.length).reverse();
  return { Activities: activities.map((activity) => writeActivity(next, activity)) };
};

function part(group: Group, instanceId: string, moment: Moment): Group {
  const instance = group.instances.find(({ id }) => id === instanceId)!;
  const cancelled = endActivity(
    group,
    instance.activityId,
    'Cancelled',
    moment,
    'The instance was detached.',
  );
  const begun = beginActivity(
    cancelled,
    {
      description: `Detaching EC2 instance: ${instanceId}`,
      cause: `At ${timeOf(moment.now)} instance ${instanceId} was detached in response to a user request.`,
      place: instance,
      status: 'InProgress',
    },
    moment,
  );
  const ended = endActivity(begun.group, begun.id, 'Successful', moment);
  return { ...ended, instances: ended.instances.filter(({ id }) => id !== instanceId) };
}
