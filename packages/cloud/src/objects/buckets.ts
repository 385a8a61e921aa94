import type * as aws from '@aws-sdk/client-s3';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import type { Bucket, ObjectState, ObjectStore } from './model.ts';

export const createBucket: Operation<ObjectStore, aws.CreateBucketRequest, aws.CreateBucketOutput> = (
  { state, clock },
  { Bucket, CreateBucketConfiguration, ...others },
  caller,
) => {
  refuseOthers(others);
  const name = Bucket!;
  checkBucketName(name);
  const { LocationConstraint, ...more } = CreateBucketConfiguration ?? {};
  refuseOthers(more);
  if (LocationConstraint !== undefined && LocationConstraint !== caller.region) {
    throw new AwsError(
      'IllegalLocationConstraintException',
      `The ${LocationConstraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  const known = state.now().buckets.get(name);
  if (known?.account === caller.account) {
    const message = 'Your previous request to create the named bucket succeeded and you already own it.';
    throw new AwsError('BucketAlreadyOwnedByYou', message);
  }
  if (known) {
    throw new AwsError(
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    );
  }
  const record: Bucket = {
    name,
    account: caller.account,
    region: caller.region,
    createdAt: clock.now(),
  };
  state.write([{ table: 'buckets', id: name, record }]);
  return { Location: `/${name}` };
};

export const headBucket: Operation<ObjectStore, aws.HeadBucketRequest, aws.HeadBucketOutput> = (
  { state },
  { Bucket, ...others },
  caller,
) => {
  refuseOthers(others);
  return { BucketRegion: ownBucket(state.seen(), Bucket, caller).region };
};

export const deleteBucket: Operation<ObjectStore, aws.DeleteBucketRequest, object> = (
  { state },
  { Bucket, ...others },
  caller,
) => {
  refuseOthers(others);
  const { name } = ownBucket(state.now(), Bucket, caller);
  for (const { bucket } of state.now().objects.values()) {
    if (bucket === name)
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', { status: 409 });
  }
  state.write([{ table: 'buckets', id: name, record: undefined }]);
  return {};
};

export const listBuckets: Operation<ObjectStore, aws.ListBucketsRequest, aws.ListBucketsOutput> = (
  { state },
  input,
  caller,
) => {
  refuseOthers(input);
  const own = [...state.seen().buckets.values()].filter(({ account }) => account === caller.account);
  const sorted = own.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    Buckets: sorted.map(({ name, createdAt }) => ({ Name: name, CreationDate: new Date(createdAt) })),
    Owner: { ID: caller.account },
  };
};

/** The caller's bucket. @throws AwsError NoSuchBucket, AccessDenied */
export function ownBucket({ buckets }: ObjectState, name: string | undefined, caller: Caller): Bucket {
  const bucket = buckets.get(name!);
  if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404 });
  if (bucket.account !== caller.account) throw new AwsError('AccessDenied', 'Access Denied', { status: 403 });
  return bucket;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function checkBucketName(name: string): void {
  const isGood =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..') && !/^[0-9.]+$/.test(name);
  if (!isGood) throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.');
}
