import type * as aws from '@aws-sdk/client-s3';
import { AwsError } from '@pointsman/aws-wire';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { ownBucket } from './buckets.ts';
import type { ObjectStore, StoredObject } from './model.ts';

const MOST_KEYS = 1000;

/** What one line of a listing is: an object, or all that begin with a prefix up to the delimiter. `last` is the key that the next page comes after. */
type Entry = { name: string; last: string; object: StoredObject | undefined };

export const listObjects: Operation<ObjectStore, aws.ListObjectsV2Request, aws.ListObjectsV2Output> = (
  { state },
  input,
  caller,
) => {
  const { Bucket, StartAfter, ContinuationToken, MaxKeys, FetchOwner: _owner, ...given } = input;
  const { Prefix = '', Delimiter = '', EncodingType, ...others } = given;
  refuseOthers({ ...others, ...(EncodingType !== 'url' && { EncodingType }) });
  const size = readSize(MaxKeys);
  const { name } = ownBucket(state.seen(), Bucket, caller);
  const after = ContinuationToken === undefined ? (StartAfter ?? '') : readToken(ContinuationToken);
  const own = [...state.seen().objects.values()]
    .filter(({ bucket, key }) => bucket === name && key.startsWith(Prefix) && compareKeys(key, after) > 0)
    .sort((a, b) => compareKeys(a.key, b.key));
  const entries = group(own, Prefix, Delimiter);
  const page = entries.slice(0, size);
  const isTruncated = page.length < entries.length;
  const encode = encoderOf(EncodingType);
  return {
    Name: name,
    Prefix: encode(Prefix),
    ...(Delimiter !== '' && { Delimiter: encode(Delimiter) }),
    MaxKeys: size,
    KeyCount: page.length,
    IsTruncated: isTruncated,
    EncodingType,
    StartAfter,
    ContinuationToken,
    NextContinuationToken: isTruncated && page.length > 0 ? writeToken(page.at(-1)!.last) : undefined,
    Contents: page.flatMap(({ object }) => (object ? [writeObject(object, encode)] : [])),
    CommonPrefixes: page.filter(({ object }) => !object).map((each) => ({ Prefix: encode(each.name) })),
  };
};

/** Keys may have characters that XML has no place for: clients ask for them percent-encoded. */
function encoderOf(encoding: string | undefined): (text: string) => string {
  if (encoding === undefined) return (text) => text;
  return (text) => encodeURIComponent(text).replaceAll('%2F', '/');
}

function group(sorted: readonly StoredObject[], prefix: string, delimiter: string): Entry[] {
  const entries: Entry[] = [];
  for (const object of sorted) {
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length);
    const name = end < 0 ? object.key : object.key.slice(0, end + delimiter.length);
    const previous = entries.at(-1);
    if (end >= 0 && previous?.name === name && !previous.object) previous.last = object.key;
    else entries.push({ name, last: object.key, object: end < 0 ? object : undefined });
  }
  return entries;
}

/** In the order of their bytes in UTF-8. */
function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function writeObject({ key, etag, body, modifiedAt }: StoredObject, encode: (text: string) => string) {
  return {
    Key: encode(key),
    LastModified: new Date(modifiedAt),
    ETag: etag,
    Size: body.length,
    StorageClass: 'STANDARD',
  } satisfies aws._Object;
}

function readSize(size: number | undefined): number {
  if (size === undefined) return MOST_KEYS;
  if (Number.isInteger(size) && size >= 0) return Math.min(size, MOST_KEYS);
  throw new AwsError('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647');
}

function writeToken(key: string): string {
  return Buffer.from(`after ${key}`).toString('base64url');
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (text.startsWith('after ')) return text.slice('after '.length);
  throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect');
}
