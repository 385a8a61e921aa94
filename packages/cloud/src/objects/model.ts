import type { CloudCore } from '../endpoint/create-cloud.ts';
import type { Versions } from '../state/versions.ts';

/** A bucket's name is one of all accounts and regions. Times are milliseconds since 1970. */
export type Bucket = { name: string; account: string; region: string; createdAt: number };

export type StoredObject = {
  bucket: string;
  key: string;
  body: Uint8Array;
  /** MD5 in hexadecimal, in quotes. */
  etag: string;
  contentType: string;
  /** The other headers that were given with it and come back with it. */
  headers: ObjectHeaders;
  metadata: Readonly<Record<string, string>>;
  modifiedAt: number;
};

export type ObjectHeaders = {
  CacheControl?: string | undefined;
  ContentDisposition?: string | undefined;
  ContentEncoding?: string | undefined;
  ContentLanguage?: string | undefined;
};

export type ObjectState = {
  readonly buckets: ReadonlyMap<string, Bucket>;
  /** By `objectId`. */
  readonly objects: ReadonlyMap<string, StoredObject>;
};

/** What the operations of S3 work with. */
export type ObjectStore = CloudCore & { state: Versions<ObjectState> };

/** Bytes of one object, and of all together. */
export const LARGEST_OBJECT = 16 * 1024 * 1024;
export const MOST_BYTES = 256 * 1024 * 1024;

/** Bucket names have no slash. */
export function objectId(bucket: string, key: string): string {
  return `${bucket}/${key}`;
}
