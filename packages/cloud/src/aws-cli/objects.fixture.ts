import type { Step } from './story.fixture.ts';

/** A bucket and an object until they are deleted. `$body` is a file of "abc", `$got` one to write. */
export const OBJECTS: readonly Step[] = [
  [
    's3api create-bucket --bucket acme --create-bucket-configuration LocationConstraint=eu-west-1',
    { Location: /acme/ },
  ],
  ['s3api list-buckets', { Buckets: [{ Name: 'acme' }] }],
  ['s3api head-bucket --bucket acme'],
  [
    's3api put-object --bucket acme --key main/a.json --body $body --content-type application/json --metadata revision=7',
    { ETag: '"900150983cd24fb0d6963f7d28e17f72"' },
  ],
  [
    's3api head-object --bucket acme --key main/a.json',
    { ContentLength: 3, ContentType: 'application/json', Metadata: { revision: '7' } },
  ],
  [
    's3api get-object --bucket acme --key main/a.json $got',
    { ContentLength: 3, ETag: '"900150983cd24fb0d6963f7d28e17f72"' },
  ],
  [
    's3api get-object --bucket acme --key none $got',
    /^An error occurred \(NoSuchKey\) when calling the GetObject operation: The specified key does not exist\.$/,
  ],
  ['s3api list-objects-v2 --bucket acme --prefix main/', { Contents: [{ Key: 'main/a.json', Size: 3 }] }],
  [
    's3api delete-bucket --bucket acme',
    /^An error occurred \(BucketNotEmpty\) when calling the DeleteBucket operation: /,
  ],
  ['s3api delete-object --bucket acme --key main/a.json'],
  ['s3api delete-bucket --bucket acme'],
  [
    's3api list-objects-v2 --bucket acme',
    /^An error occurred \(NoSuchBucket\) when calling the ListObjectsV2 operation: The specified bucket does not exist$/,
  ],
];
