import { type AwsService, s3Rest, schemasOf } from '@pointsman/aws-wire';
import { type Api, bindOperations } from '../endpoint/bind-operations.ts';
import type { CloudCore } from '../endpoint/create-cloud.ts';
import { createVersions } from '../state/versions.ts';
import { createBucket, deleteBucket, headBucket, listBuckets } from './buckets.ts';
import { listObjects } from './list-objects.ts';
import { LARGEST_OBJECT, type ObjectState } from './model.ts';
import { deleteObject, getObject, headObject, putObject } from './objects.ts';
import { translateError } from './translate-error.ts';

/** Every operation of S3 that there is here, by its name in AWS's model. */
const operations = {
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  ListBuckets: listBuckets,
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  ListObjectsV2: listObjects,
};

export type ObjectsApi = Api<typeof operations>;

/** S3, the API of 2006-03-01 with buckets in the path: https://docs.aws.amazon.com/AmazonS3/latest/API/ */
export function createObjects(core: CloudCore) {
  const empty: ObjectState = { buckets: new Map(), objects: new Map() };
  // S3 reads what was written last, whatever EC2 does.
  const state = createVersions(empty, { now: core.clock.now, lag: () => 0 });
  const api: ObjectsApi = bindOperations({ ...core, state }, operations);
  return { api, state, service: objectsService(api) };
}

function objectsService(api: ObjectsApi): AwsService {
  return {
    name: 's3',
    protocol: async () =>
      s3Rest({
        ...schemasOf(await import('@aws-sdk/client-s3'), Object.keys(operations)),
        namespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
      }),
    handlers: api,
    translateError,
    bodyLimit: LARGEST_OBJECT,
  };
}
