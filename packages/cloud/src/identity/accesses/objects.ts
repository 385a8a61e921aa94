import type { GatedCall } from '@pointsman/aws-wire';
import type { Access } from '../authorize.ts';
import { makeContext } from './context.ts';

/** Operations whose permission has another name: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
const PERMISSIONS: Readonly<Record<string, string>> = {
  HeadObject: 'GetObject',
  HeadBucket: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListBuckets: 'ListAllMyBuckets',
};

export function objectAccesses({ operation, input }: GatedCall): Access[] {
  const { Bucket, Key, Prefix, Delimiter } = input as Readonly<Record<string, string | undefined>>;
  const place = Key === undefined ? Bucket : `${Bucket}/${Key}`;
  return [
    {
      action: `s3:${PERMISSIONS[operation] ?? operation}`,
      resource: place === undefined ? '*' : `arn:aws:s3:::${place}`,
      context: makeContext([
        ['s3:prefix', Prefix],
        ['s3:delimiter', Delimiter],
      ]),
    },
  ];
}
