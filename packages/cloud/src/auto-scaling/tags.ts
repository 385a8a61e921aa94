import type * as aws from '@aws-sdk/client-auto-scaling';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { pageOf } from '../endpoint/paging.ts';
import { type AutoScaling, findGroup, invalid, keepGroup, ownGroups, PAGE_WORDS } from './auto-scaling.ts';
import type { GroupTag } from './group.ts';

const MOST_TAGS = 50;
const MOST_TAGS_DESCRIBED = 100;

export const createOrUpdateTags: Operation<AutoScaling, aws.CreateOrUpdateTagsType, object> = (
  autoScaling,
  { Tags },
  caller,
) => {
  for (const [name, tags] of byGroup(Tags!)) {
    const group = findGroup(autoScaling, name, caller);
    const added = readTags(tags, name);
    const kept = group.tags.filter(({ key }) => !added.some((each) => each.key === key));
    keepGroup(autoScaling, { ...group, tags: checkCount([...kept, ...added]) });
  }
  return {};
};

export const deleteTags: Operation<AutoScaling, aws.DeleteTagsType, object> = (
  autoScaling,
  { Tags },
  caller,
) => {
  for (const [name, tags] of byGroup(Tags!)) {
    const group = findGroup(autoScaling, name, caller);
    const gone = new Set(tags.map(({ Key }) => Key));
    keepGroup(autoScaling, { ...group, tags: group.tags.filter(({ key }) => !gone.has(key)) });
  }
  return {};
};

export const describeTags: Operation<AutoScaling, aws.DescribeTagsType, aws.TagsType> = (
  { state },
  { Filters = [], MaxRecords, NextToken },
  caller,
) => {
  const filters = Filters.map(compileTagFilter);
  const all = ownGroups(state.seen(), caller).flatMap(({ name, tags }) =>
    tags.map((tag) => writeTag(tag, name)),
  );
  const found = all.filter((tag) => filters.every((passes) => passes(tag)));
  const request = { size: MaxRecords, most: MOST_TAGS_DESCRIBED, token: NextToken };
  const { page, next } = pageOf(found, ({ ResourceId, Key }) => `${ResourceId}\n${Key}`, request, PAGE_WORDS);
  return { Tags: page, NextToken: next };
};

function compileTagFilter({ Name = '', Values = [] }: aws.Filter): (tag: aws.TagDescription) => boolean {
  switch (Name) {
    case 'auto-scaling-group':
      return ({ ResourceId }) => Values.includes(ResourceId!);
    case 'key':
      return ({ Key }) => Values.includes(Key!);
    case 'value':
      return ({ Value }) => Values.includes(Value!);
    case 'propagate-at-launch':
      return ({ PropagateAtLaunch }) => Values.includes(String(PropagateAtLaunch));
    default:
      throw invalid(
        `Filter type ${Name} is not correct. It is auto-scaling-group, key, value or propagate-at-launch.`,
      );
  }
}

/** The tags that a request gives to a group. @throws AwsError ValidationError */
export function readTags(tags: readonly aws.Tag[] | undefined, groupName: string): GroupTag[] {
  const read = (tags ?? []).map(
    ({ Key, Value = '', PropagateAtLaunch = false, ResourceId, ResourceType }) => {
      if (ResourceType !== undefined && ResourceType !== 'auto-scaling-group') refuseOthers({ ResourceType });
      if (ResourceId !== undefined && ResourceId !== groupName) {
        throw invalid(`The tag ${Key} is for ${ResourceId} and not for ${groupName}`);
      }
      if (!Key || Key.length > 128 || Value.length > 256 || Key.startsWith('aws:')) {
        throw invalid(
          `The tag key ${Key} is invalid: from 1 to 128 characters, not beginning with aws:, with a value of up to 256`,
        );
      }
      return { key: Key, value: Value, propagateAtLaunch: PropagateAtLaunch };
    },
  );
  return checkCount([...new Map(read.map((tag) => [tag.key, tag])).values()]);
}

function checkCount(tags: GroupTag[]): GroupTag[] {
  if (tags.length <= MOST_TAGS) return tags;
  throw invalid(`A group has at most ${MOST_TAGS} tags`);
}

export function writeTag({ key, value, propagateAtLaunch }: GroupTag, groupName: string): aws.TagDescription {
  return {
    ResourceId: groupName,
    ResourceType: 'auto-scaling-group',
    Key: key,
    Value: value,
    PropagateAtLaunch: propagateAtLaunch,
  };
}

function byGroup(tags: readonly aws.Tag[]): Map<string, aws.Tag[]> {
  const groups = new Map<string, aws.Tag[]>();
  for (const tag of tags) {
    if (tag.ResourceId === undefined)
      throw invalid(`The tag ${tag.Key} needs a ResourceId, the name of a group`);
    groups.set(tag.ResourceId, [...(groups.get(tag.ResourceId) ?? []), tag]);
  }
  return groups;
}
