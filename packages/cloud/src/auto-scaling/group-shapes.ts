import type * as aws from '@aws-sdk/client-auto-scaling';
import { invalid } from './auto-scaling.ts';
import type { Activity, Group, GroupInstance } from './group.ts';
import { writeTag } from './tags.ts';

export function writeGroup(group: Group): aws.AutoScalingGroup {
  const { id, name, version } = group.launchTemplate;
  return {
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    LaunchTemplate: { LaunchTemplateId: id, LaunchTemplateName: name, Version: version },
    MinSize: group.minSize,
    MaxSize: group.maxSize,
    DesiredCapacity: group.desiredCapacity,
    DefaultCooldown: group.defaultCooldown,
    AvailabilityZones: [...new Set(group.places.map(({ availabilityZone }) => availabilityZone))],
    LoadBalancerNames: [],
    TargetGroupARNs: [],
    HealthCheckType: group.healthCheckType,
    HealthCheckGracePeriod: group.healthCheckGracePeriod,
    Instances: group.instances.map(writeInstance),
    CreatedTime: new Date(group.createdAt),
    SuspendedProcesses: group.suspendedProcesses.map((ProcessName) => ({
      ProcessName,
      SuspensionReason: 'User suspended',
    })),
    VPCZoneIdentifier: group.places.map(({ subnetId }) => subnetId).join(','),
    EnabledMetrics: [],
    ...(group.deleting && { Status: 'Delete in progress' }),
    Tags: group.tags.map((tag) => writeTag(tag, group.name)),
    TerminationPolicies: [...group.terminationPolicies],
    NewInstancesProtectedFromScaleIn: group.newInstancesProtected,
  };
}

export function writeInstance(instance: GroupInstance): aws.Instance {
  const { id, name, version } = instance.launchTemplate;
  return {
    InstanceId: instance.id,
    InstanceType: instance.instanceType,
    AvailabilityZone: instance.availabilityZone,
    LifecycleState: instance.state,
    HealthStatus: instance.health,
    LaunchTemplate: { LaunchTemplateId: id, LaunchTemplateName: name, Version: version },
    ProtectedFromScaleIn: instance.protectedFromScaleIn,
  };
}

export function writeActivity(group: Group, activity: Activity): aws.Activity {
  const { subnetId, availabilityZone } = activity.details;
  return {
    ActivityId: activity.id,
    AutoScalingGroupName: group.name,
    AutoScalingGroupARN: group.arn,
    Description: activity.description,
    Cause: activity.cause,
    StartTime: new Date(activity.startedAt),
    EndTime: activity.endedAt === undefined ? undefined : new Date(activity.endedAt),
    StatusCode: activity.status,
    StatusMessage: activity.statusMessage,
    Progress: activity.endedAt === undefined ? 50 : 100,
    Details: JSON.stringify({ 'Subnet ID': subnetId, 'Availability Zone': availabilityZone }),
  };
}

/** @throws AwsError ValidationError */
export function compileFilters(filters: readonly aws.Filter[] = []): (group: Group) => boolean {
  const compiled = filters.map(({ Name = '', Values = [] }) => {
    if (Name === 'tag-key') return ({ tags }: Group) => tags.some(({ key }) => Values.includes(key));
    if (Name === 'tag-value') return ({ tags }: Group) => tags.some(({ value }) => Values.includes(value));
    if (!Name.startsWith('tag:'))
      throw invalid(`Filter type ${Name} is not correct. It is tag-key, tag-value or tag:KEY.`);
    const wanted = Name.slice('tag:'.length);
    return ({ tags }: Group) => tags.some(({ key, value }) => key === wanted && Values.includes(value));
  });
  return (group) => compiled.every((passes) => passes(group));
}
