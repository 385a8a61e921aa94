import type { Tag, TagSpecification } from '@aws-sdk/client-ec2';
import { AwsError } from '@pointsman/aws-wire';
import type { Tags } from './model.ts';
import { invalidValue } from './resources.ts';

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;
const MOST_TAGS = 50;

/**
 * The tags that a request gives to the resources of a type that it makes.
 * @param others types of resources that the request makes beside it
 * @param principal of the caller: AWS's own services give tags that begin with `aws:`
 * @throws AwsError InvalidParameterValue
 */
export function readTagSpecifications(
  specifications: readonly TagSpecification[] | undefined,
  resourceType: string,
  others: readonly string[] = [],
  principal = '',
): Tags {
  for (const { ResourceType } of specifications ?? []) {
    if (ResourceType !== resourceType && !others.includes(ResourceType ?? '')) {
      throw new AwsError(
        'InvalidParameterValue',
        `'${ResourceType}' is not a valid taggable resource type for this operation.`,
      );
    }
  }
  const own = (specifications ?? []).filter(({ ResourceType }) => ResourceType === resourceType);
  const isService = principal.endsWith('.amazonaws.com');
  return addTags(
    {},
    own.flatMap(({ Tags = [] }) => Tags),
    isService,
  );
}

/** @throws AwsError InvalidParameterValue, TagLimitExceeded */
export function addTags(tags: Tags, added: readonly Tag[], isService = false): Tags {
  const entries = new Map(Object.entries(tags));
  for (const { Key = '', Value = '' } of added) {
    if (Key === '' || Key.length > LONGEST_KEY) {
      throw invalidValue(Key, 'key', `Tag keys are from 1 to ${LONGEST_KEY} characters long.`);
    }
    if (Value.length > LONGEST_VALUE) {
      throw invalidValue(Value, 'value', `Tag values are at most ${LONGEST_VALUE} characters long.`);
    }
    if (Key.startsWith('aws:') && !isService) {
      throw invalidValue(Key, 'key', "Tag keys starting with 'aws:' are reserved for internal use");
    }
    entries.set(Key, Value);
  }
  if (entries.size > MOST_TAGS) {
    throw new AwsError('TagLimitExceeded', 'More than 50 tags specified');
  }
  return Object.fromEntries(entries);
}

export function writeTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
