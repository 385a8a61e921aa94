import type * as aws from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Caller } from '@pointsman/aws-wire';
import type { Operation } from '../endpoint/bind-operations.ts';
import { findOwn, invalid } from './find.ts';
import type { BalancingState, LoadBalancing } from './model.ts';

const MOST_TAGS = 50;

export const addTags: Operation<LoadBalancing, aws.AddTagsInput, object> = (
  { state },
  { ResourceArns, Tags },
  caller,
) => {
  changeTags(state, ResourceArns!, caller, (tags) => checkCount({ ...tags, ...readTags(Tags) }));
  return {};
};

export const removeTags: Operation<LoadBalancing, aws.RemoveTagsInput, object> = (
  { state },
  { ResourceArns, TagKeys },
  caller,
) => {
  changeTags(state, ResourceArns!, caller, (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !TagKeys!.includes(key))),
  );
  return {};
};

export const describeTags: Operation<LoadBalancing, aws.DescribeTagsInput, aws.DescribeTagsOutput> = (
  { state },
  { ResourceArns },
  caller,
) => ({
  TagDescriptions: ResourceArns!.map((arn) => {
    const { tags } = findOwn(state.seen(), tableOf(arn), arn, caller);
    return { ResourceArn: arn, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
  }),
});

type Tags = Readonly<Record<string, string>>;

function changeTags(
  state: LoadBalancing['state'],
  arns: readonly string[],
  caller: Caller,
  how: (tags: Tags) => Tags,
): void {
  const edits = arns.map((arn) => {
    const table = tableOf(arn);
    const record = findOwn(state.now(), table, arn, caller);
    return { table, id: arn, record: { ...record, tags: how(record.tags) } };
  });
  state.write(edits as Parameters<typeof state.write>[0]);
}

/** The table of what an ARN names, by the kind that stands in it. */
function tableOf(arn: string): keyof BalancingState {
  const kind = arn.split(':')[5]?.split('/')[0];
  if (kind === 'loadbalancer') return 'loadBalancers';
  if (kind === 'targetgroup') return 'targetGroups';
  if (kind === 'listener') return 'listeners';
  throw invalid(`'${arn}' is not a valid load balancer, target group or listener ARN`);
}

/** @throws AwsError ValidationError */
export function readTags(tags: readonly aws.Tag[] | undefined): Tags {
  const entries = (tags ?? []).map(({ Key = '', Value = '' }): [string, string] => {
    if (Key !== '' && Key.length <= 128 && Value.length <= 256 && !Key.startsWith('aws:'))
      return [Key, Value];
    throw invalid(
      `The tag '${Key}' is not valid: a key has from 1 to 128 characters and does not begin with 'aws:', a value has up to 256`,
    );
  });
  return checkCount(Object.fromEntries(entries));
}

function checkCount(tags: Tags): Tags {
  if (Object.keys(tags).length <= MOST_TAGS) return tags;
  throw invalid(`A resource has at most ${MOST_TAGS} tags`);
}
