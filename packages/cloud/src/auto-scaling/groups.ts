import type * as aws from '@aws-sdk/client-auto-scaling';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { pageOf } from '../endpoint/paging.ts';
import {
  type AutoScaling,
  findGroup,
  groupId,
  invalid,
  keepGroup,
  ownGroups,
  PAGE_WORDS,
} from './auto-scaling.ts';
import type { Group } from './group.ts';
import { readSettings, type Settings } from './group-settings.ts';
import { compileFilters, writeGroup } from './group-shapes.ts';
import { readHook } from './hooks.ts';
import { readLaunchTemplate } from './launch-template.ts';
import { readPlaces } from './places.ts';
import { readTags } from './tags.ts';
import { uuidOf } from './uuid.ts';

const MOST_GROUPS_DESCRIBED = 100;
/** What a group is where a request says nothing, and what it begins with. */
const NEW_GROUP = {
  healthCheckType: 'EC2',
  healthCheckGracePeriod: 0,
  defaultCooldown: 300,
  newInstancesProtected: false,
  terminationPolicies: ['Default'],
  suspendedProcesses: [],
  launches: [],
  launchAfter: 0,
  instances: [],
  activities: [],
  deleting: false,
};

export const createGroup: Operation<AutoScaling, aws.CreateAutoScalingGroupType, object> = (
  autoScaling,
  input,
  caller,
) => {
  const { AutoScalingGroupName, LaunchTemplate, Tags, LifecycleHookSpecificationList, ...given } = input;
  const { VPCZoneIdentifier, AvailabilityZones, MinSize, MaxSize, DesiredCapacity, ...rest } = given;
  const name = readName(AutoScalingGroupName!);
  const settings = readSettings(rest);
  const { state, ec2State, clock, random } = autoScaling;
  if (state.now().groups.has(groupId(caller, name))) {
    throw new AwsError(
      'AlreadyExists',
      `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
    );
  }
  keepGroup(autoScaling, {
    ...NEW_GROUP,
    name,
    arn: `arn:aws:autoscaling:${caller.region}:${caller.account}:autoScalingGroup:${uuidOf(random)}:autoScalingGroupName/${name}`,
    account: caller.account,
    region: caller.region,
    createdAt: clock.now(),
    launchTemplate: readLaunchTemplate(ec2State.now(), LaunchTemplate, caller),
    ...checkSizes({ minSize: MinSize!, maxSize: MaxSize!, desiredCapacity: DesiredCapacity ?? MinSize! }),
    places: readPlaces(ec2State.now(), { VPCZoneIdentifier, AvailabilityZones }, caller),
    ...settings,
    tags: readTags(Tags, name),
    hooks: (LifecycleHookSpecificationList ?? []).map((each) => readHook(each, undefined)),
  });
  return {};
};

export const updateGroup: Operation<AutoScaling, aws.UpdateAutoScalingGroupType, object> = (
  autoScaling,
  input,
  caller,
) => {
  const {
    AutoScalingGroupName,
    VPCZoneIdentifier,
    AvailabilityZones,
    LaunchTemplate,
    MinSize,
    MaxSize,
    DesiredCapacity,
    ...rest
  } = input;
  const settings: Settings = readSettings(rest);
  const group = findGroup(autoScaling, AutoScalingGroupName, caller);
  const ec2 = autoScaling.ec2State.now();
  const [minSize, maxSize] = [MinSize ?? group.minSize, MaxSize ?? group.maxSize];
  const desired = DesiredCapacity ?? Math.min(Math.max(group.desiredCapacity, minSize), maxSize);
  const movesOn = VPCZoneIdentifier !== undefined || AvailabilityZones !== undefined;
  keepGroup(autoScaling, {
    ...group,
    ...checkSizes({ minSize, maxSize, desiredCapacity: desired }),
    ...(LaunchTemplate && { launchTemplate: readLaunchTemplate(ec2, LaunchTemplate, caller) }),
    ...(movesOn && { places: readPlaces(ec2, { VPCZoneIdentifier, AvailabilityZones }, caller) }),
    ...settings,
  });
  return {};
};

export const deleteGroup: Operation<AutoScaling, aws.DeleteAutoScalingGroupType, object> = (
  autoScaling,
  { AutoScalingGroupName, ForceDelete },
  caller,
) => {
  const group = findGroup(autoScaling, AutoScalingGroupName, caller);
  if (!ForceDelete && group.instances.length + group.launches.length > 0) {
    throw new AwsError(
      'ResourceInUse',
      'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
    );
  }
  keepGroup(autoScaling, { ...group, deleting: true, minSize: 0, maxSize: 0, desiredCapacity: 0 });
  return {};
};

export const describeGroups: Operation<
  AutoScaling,
  aws.AutoScalingGroupNamesType,
  aws.AutoScalingGroupsType
> = ({ state }, { AutoScalingGroupNames, Filters, MaxRecords, NextToken, ...others }, caller: Caller) => {
  refuseOthers({ ...others, IncludeInstances: others.IncludeInstances === false ? false : undefined });
  const passes = compileFilters(Filters);
  const isAsked = (name: string) => !AutoScalingGroupNames?.length || AutoScalingGroupNames.includes(name);
  const found = ownGroups(state.seen(), caller).filter((group) => isAsked(group.name) && passes(group));
  const request = { size: MaxRecords, most: MOST_GROUPS_DESCRIBED, token: NextToken };
  const { page, next } = pageOf(found, ({ name }) => name, request, PAGE_WORDS);
  return { AutoScalingGroups: page.map(writeGroup), NextToken: next };
};

function readName(name: string): string {
  if (name.length >= 1 && name.length <= 255 && !/[\p{Cc}:]/u.test(name)) return name;
  throw invalid(
    `1 validation error detected: Value '${name}' at 'autoScalingGroupName' failed to satisfy constraint: Member must have length between 1 and 255, without colons and control characters`,
  );
}

function checkSizes<Sizes extends Pick<Group, 'minSize' | 'maxSize' | 'desiredCapacity'>>(
  sizes: Sizes,
): Sizes {
  const { minSize, maxSize, desiredCapacity } = sizes;
  for (const size of [minSize, maxSize, desiredCapacity]) {
    if (!Number.isInteger(size) || size < 0)
      throw invalid(`Size ${size} is invalid: it is a whole number from 0 on.`);
  }
  if (maxSize < minSize) {
    throw invalid(`Max bound, ${maxSize}, must be greater than or equal to min bound, ${minSize}`);
  }
  if (desiredCapacity < minSize || desiredCapacity > maxSize) {
    throw invalid(
      `Desired capacity:${desiredCapacity} must be between the specified min size:${minSize} and max size:${maxSize}`,
    );
  }
  return sizes;
}
