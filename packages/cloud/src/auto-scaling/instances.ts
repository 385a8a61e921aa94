import type * as aws from '@aws-sdk/client-auto-scaling';
import { AwsError } from '@pointsman/aws-wire';
import type { Operation } from '../endpoint/bind-operations.ts';
import { pageOf } from '../endpoint/paging.ts';
import {
  type AutoScaling,
  findGroup,
  findMember,
  invalid,
  keepGroup,
  ownGroups,
  PAGE_WORDS,
} from './auto-scaling.ts';
import { changeInstance, type Group, isLeaving } from './group.ts';
import { writeActivity, writeInstance } from './group-shapes.ts';
import { isInGrace } from './health.ts';
import { leave } from './leave.ts';

const MOST_INSTANCES_DESCRIBED = 50;

export const describeInstances: Operation<
  AutoScaling,
  aws.DescribeAutoScalingInstancesType,
  aws.AutoScalingInstancesType
> = ({ state }, { InstanceIds, MaxRecords, NextToken }, caller) => {
  const all = ownGroups(state.seen(), caller).flatMap(({ name, instances }) =>
    instances.map((instance) => ({ ...writeInstance(instance), AutoScalingGroupName: name })),
  );
  const asked = all.filter(({ InstanceId }) => !InstanceIds?.length || InstanceIds.includes(InstanceId!));
  const request = { size: MaxRecords, most: MOST_INSTANCES_DESCRIBED, token: NextToken };
  const { page, next } = pageOf(asked, ({ InstanceId }) => InstanceId!, request, PAGE_WORDS);
  return {
    AutoScalingInstances: page.map((each) => ({ ...each, HealthStatus: each.HealthStatus!.toUpperCase() })),
    NextToken: next,
  };
};

/** A report that respects the grace period counts for nothing in it. */
export const setInstanceHealth: Operation<AutoScaling, aws.SetInstanceHealthQuery, object> = (
  autoScaling,
  { InstanceId, HealthStatus, ShouldRespectGracePeriod = true },
  caller,
) => {
  if (HealthStatus !== 'Healthy' && HealthStatus !== 'Unhealthy') {
    throw invalid(`Health status ${HealthStatus} is invalid: it is Healthy or Unhealthy`);
  }
  const { group, instance } = findMember(autoScaling, InstanceId, caller);
  const isEarly = ShouldRespectGracePeriod && isInGrace(group, instance, autoScaling.clock.now());
  if (HealthStatus === 'Unhealthy' && isEarly) return {};
  keepGroup(autoScaling, changeInstance(group, instance.id, { health: HealthStatus }));
  return {};
};

export const setInstanceProtection: Operation<AutoScaling, aws.SetInstanceProtectionQuery, object> = (
  autoScaling,
  { AutoScalingGroupName, InstanceIds, ProtectedFromScaleIn },
  caller,
) => {
  const group = findGroup(autoScaling, AutoScalingGroupName, caller);
  for (const id of InstanceIds!) {
    if (!group.instances.some((each) => each.id === id)) {
      throw invalid(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
    }
  }
  const next = InstanceIds!.reduce(
    (so, id) => changeInstance(so, id, { protectedFromScaleIn: ProtectedFromScaleIn! }),
    group,
  );
  keepGroup(autoScaling, next);
  return {};
};

export const terminateInstance: Operation<
  AutoScaling,
  aws.TerminateInstanceInAutoScalingGroupType,
  aws.ActivityType
> = (autoScaling, { InstanceId, ShouldDecrementDesiredCapacity }, caller) => {
  const { group, instance } = findMember(autoScaling, InstanceId, caller);
  const { minSize, desiredCapacity } = group;
  if (isLeaving(instance)) {
    throw invalid(`Instance ${instance.id} is terminating already`);
  }
  if (ShouldDecrementDesiredCapacity && desiredCapacity <= minSize) {
    throw invalid(
      `Currently, desiredSize equals minSize (${minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`,
    );
  }
  const desired = desiredCapacity - (ShouldDecrementDesiredCapacity ? 1 : 0);
  const reason = `instance ${instance.id} was taken out of service in response to a user request`;
  const next = leave({ ...group, desiredCapacity: desired }, instance.id, reason, autoScaling.moment());
  keepGroup(autoScaling, next);
  return { Activity: writeActivity(next, next.activities[0]!) };
};

export const setDesiredCapacity: Operation<AutoScaling, aws.SetDesiredCapacityType, object> = (
  autoScaling,
  { AutoScalingGroupName, DesiredCapacity, HonorCooldown },
  caller,
) => {
  const group = findGroup(autoScaling, AutoScalingGroupName, caller);
  const desiredCapacity = DesiredCapacity!;
  if (desiredCapacity > group.maxSize) {
    throw invalid(
      `New SetDesiredCapacity value ${desiredCapacity} is above max value ${group.maxSize} for the AutoScalingGroup.`,
    );
  }
  if (desiredCapacity < group.minSize) {
    throw invalid(
      `New SetDesiredCapacity value ${desiredCapacity} is below min value ${group.minSize} for the AutoScalingGroup.`,
    );
  }
  if (HonorCooldown) requireCooledDown(autoScaling, group);
  keepGroup(autoScaling, { ...group, desiredCapacity });
  return {};
};

/** The cooldown begins with the end of the last activity. @throws AwsError ScalingActivityInProgress */
function requireCooledDown({ clock }: AutoScaling, { activities, defaultCooldown }: Group): void {
  const last = Math.max(0, ...activities.map(({ endedAt = clock.now() }) => endedAt));
  if (last + defaultCooldown * 1000 <= clock.now()) return;
  throw new AwsError(
    'ScalingActivityInProgress',
    'Scaling activity is in progress or the cooldown has not ended, and the cooldown is honored.',
  );
}
