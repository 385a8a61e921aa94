import { createHash } from 'node:crypto';
import type * as aws from '@aws-sdk/client-s3';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import { ownBucket } from './buckets.ts';
import { checkSums } from './checksums.ts';
import {
  LARGEST_OBJECT,
  MOST_BYTES,
  type ObjectState,
  type ObjectStore,
  objectId,
  type StoredObject,
} from './model.ts';

/** Bytes of UTF-8. */
const LONGEST_KEY = 1024;

export const putObject: Operation<ObjectStore, aws.PutObjectRequest, aws.PutObjectOutput> = (
  { state, clock },
  input,
  caller,
) => {
  const { Bucket, Key, Body, ContentType, Metadata = {}, IfMatch, IfNoneMatch, ...rest } = input;
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentLength, ...others } =
    rest;
  const body = (Body ?? new Uint8Array()) as Uint8Array;
  const unchecked = checkSums(others, body);
  refuseOthers(unchecked);
  const { name } = ownBucket(state.now(), Bucket, caller);
  const id = objectId(name, checkKey(Key!));
  requirePut(state.now().objects.get(id), IfMatch, IfNoneMatch);
  requireRoom(state.now(), id, body);
  const record: StoredObject = {
    bucket: name,
    key: Key!,
    body,
    etag: `"${createHash('md5').update(body).digest('hex')}"`,
    contentType: ContentType ?? 'binary/octet-stream',
    headers: { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage },
    metadata: Metadata,
    modifiedAt: clock.now(),
  };
  state.write([{ table: 'objects', id, record }]);
  return { ETag: record.etag };
};

function checkKey(key: string): string {
  if (Buffer.byteLength(key) <= LONGEST_KEY) return key;
  throw new AwsError('KeyTooLongError', 'Your key is too long');
}

/** `If-None-Match: *` is for who must not overwrite, `If-Match` for who knows what is overwritten. */
function requirePut(
  known: StoredObject | undefined,
  ifMatch: string | undefined,
  ifNoneMatch: string | undefined,
): void {
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') refuseOthers({ IfNoneMatch: ifNoneMatch });
  if (ifMatch !== undefined && !known) throw noSuchKey();
  if ((ifNoneMatch === undefined || !known) && (ifMatch === undefined || matches(ifMatch, known!))) return;
  throw preconditionFailed();
}

function requireRoom({ objects }: ObjectState, id: string, body: Uint8Array): void {
  if (body.length > LARGEST_OBJECT) {
    throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  }
  let bytes = body.length - (objects.get(id)?.body.length ?? 0);
  for (const object of objects.values()) bytes += object.body.length;
  if (bytes <= MOST_BYTES) return;
  throw new AwsError('ServiceUnavailable', `All objects together have at most ${MOST_BYTES} bytes here.`, {
    status: 503,
  });
}

export const getObject: Operation<ObjectStore, aws.GetObjectRequest, aws.GetObjectOutput> = (
  { state },
  input,
  caller,
) => {
  const object = findObject(state.seen(), input, caller);
  return { Body: object.body, ...writeHead(object) } as unknown as aws.GetObjectOutput;
};

export const headObject: Operation<ObjectStore, aws.HeadObjectRequest, aws.HeadObjectOutput> = (
  { state },
  input,
  caller,
) => writeHead(findObject(state.seen(), input, caller));

/** The object that a request reads, if its conditions let it. @throws AwsError NoSuchKey, NotModified, PreconditionFailed, … */
function findObject(state: ObjectState, input: aws.GetObjectRequest, caller: Caller): StoredObject {
  const { Bucket, Key, IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince, ChecksumMode, ...others } =
    input;
  refuseOthers(others);
  const { name } = ownBucket(state, Bucket, caller);
  const object = state.objects.get(objectId(name, Key!));
  if (!object) throw noSuchKey();
  const seconds = Math.floor(object.modifiedAt / 1000) * 1000;
  if (IfMatch !== undefined && !matches(IfMatch, object)) throw preconditionFailed();
  if (IfMatch === undefined && IfUnmodifiedSince && seconds > IfUnmodifiedSince.getTime())
    throw preconditionFailed();
  const isKnown =
    IfNoneMatch === undefined
      ? IfModifiedSince !== undefined && seconds <= IfModifiedSince.getTime()
      : matches(IfNoneMatch, object);
  if (isKnown) throw new AwsError('NotModified', 'Not Modified', { status: 304 });
  return object;
}

/** An ETag of a list of them, with or without quotes, or any (RFC 9110 §13.1). */
function matches(condition: string, { etag }: StoredObject): boolean {
  const wanted = condition.split(',').map((each) => each.trim().replace(/^W\//, '').replaceAll('"', ''));
  return wanted.includes('*') || wanted.includes(etag.replaceAll('"', ''));
}

function writeHead({ body, etag, contentType, headers, metadata, modifiedAt }: StoredObject) {
  return {
    AcceptRanges: 'none',
    LastModified: new Date(modifiedAt),
    ContentLength: body.length,
    ETag: etag,
    ContentType: contentType,
    ...headers,
    Metadata: metadata,
  };
}

/** Of what is not there, nothing is to be done. */
export const deleteObject: Operation<ObjectStore, aws.DeleteObjectRequest, aws.DeleteObjectOutput> = (
  { state },
  { Bucket, Key, ...others },
  caller,
) => {
  refuseOthers(others);
  const { name } = ownBucket(state.now(), Bucket, caller);
  state.write([{ table: 'objects', id: objectId(name, Key!), record: undefined }]);
  return {};
};

function noSuchKey(): AwsError {
  return new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
}

function preconditionFailed(): AwsError {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new AwsError('PreconditionFailed', message, { status: 412 });
}
