import type * as aws from '@aws-sdk/client-auto-scaling';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { pageOf } from '../endpoint/paging.ts';
import { type AutoScaling, findGroup, ownGroups, PAGE_WORDS } from './auto-scaling.ts';
import { writeActivity } from './group-shapes.ts';

const MOST_ACTIVITIES_DESCRIBED = 100;

/** The newest first. */
export const describeActivities: Operation<
  AutoScaling,
  aws.DescribeScalingActivitiesType,
  aws.ActivitiesType
> = (autoScaling, input, caller) => {
  const { AutoScalingGroupName, ActivityIds, MaxRecords, NextToken, ...others } = input;
  refuseOthers(others);
  const groups =
    AutoScalingGroupName === undefined
      ? ownGroups(autoScaling.state.seen(), caller)
      : [findGroup(autoScaling, AutoScalingGroupName, caller)];
  const all = groups.flatMap((group) =>
    group.activities.map((activity, age) => ({
      activity: writeActivity(group, activity),
      at: activity.startedAt,
      age,
    })),
  );
  const asked = all.filter(
    ({ activity }) => !ActivityIds?.length || ActivityIds.includes(activity.ActivityId!),
  );
  const request = { size: MaxRecords, most: MOST_ACTIVITIES_DESCRIBED, token: NextToken };
  const { page, next } = pageOf(asked, positionOf, request, PAGE_WORDS);
  return { Activities: page.map(({ activity }) => activity), NextToken: next };
};

/** Texts that come in the order of the newest first; of one group and time, in the order in which the group has them. */
function positionOf({ at, age, activity }: { at: number; age: number; activity: aws.Activity }): string {
  const newest = String(Number.MAX_SAFE_INTEGER - at).padStart(16, '0');
  return `${newest} ${activity.AutoScalingGroupName} ${String(age).padStart(4, '0')}`;
}
