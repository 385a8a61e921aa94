import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as aws from '@aws-sdk/client-s3';
import { GUEST, OWNER, REGION, refused, startTestCloud, type TestCloud } from '../endpoint/test-cloud.ts';

let world: TestCloud;
let s3: aws.S3Client;
const Bucket = 'acme-configuration';
before(async () => {
  world = await startTestCloud();
  s3 = new aws.S3Client(world.access());
  await s3.send(new aws.CreateBucketCommand({ Bucket }));
});
after(async () => {
  s3.destroy();
  await world.stop();
});

const put = (Key: string, Body: string | Uint8Array, rest: Partial<aws.PutObjectCommandInput> = {}) =>
  s3.send(new aws.PutObjectCommand({ Bucket, Key, Body, ...rest }));
const get = (Key: string, rest: Partial<aws.GetObjectCommandInput> = {}) =>
  s3.send(new aws.GetObjectCommand({ Bucket, Key, ...rest }));
const md5 = '"900150983cd24fb0d6963f7d28e17f72"';

/** A 304 has no body, so that clients know no more of it than its status. */
function isUnchanged(error: aws.S3ServiceException): boolean {
  return error.$metadata.httpStatusCode === 304;
}

describe('an object', () => {
  test('comes back byte for byte, with the headers that it was put with', async () => {
    const body = Uint8Array.from({ length: 5_000_000 }, (_, index) => index * 7);
    const metadata = { revision: '7' };
    await put('large/ä b+c', body, {
      ContentType: 'application/json',
      CacheControl: 'no-cache',
      Metadata: metadata,
    });
    const got = await get('large/ä b+c');
    assert.deepEqual(await got.Body!.transformToByteArray(), body);
    assert.equal(got.ContentType, 'application/json');
    assert.equal(got.CacheControl, 'no-cache');
    assert.deepEqual(got.Metadata, metadata);
    assert.equal(got.ContentLength, body.length);
    assert.equal(got.LastModified!.getTime(), Math.floor(world.clock.now() / 1000) * 1000);
  });

  test('has the MD5 of its body as ETag, and is not sent to who has it', async () => {
    assert.equal((await put('abc', 'abc')).ETag, md5);
    assert.equal((await get('abc')).ETag, md5);
    for (const IfNoneMatch of [md5, md5.replaceAll('"', ''), `"x", ${md5}`, '*']) {
      await assert.rejects(get('abc', { IfNoneMatch }), isUnchanged, IfNoneMatch);
    }
    const changed = await get('abc', { IfNoneMatch: '"other"' });
    assert.equal(await changed.Body!.transformToString(), 'abc');
    await assert.rejects(get('abc', { IfMatch: '"other"' }), refused('PreconditionFailed', 412));
    await assert.rejects(get('abc', { IfModifiedSince: new Date(world.clock.now()) }), isUnchanged);
    const before = new Date(world.clock.now() - 5000);
    await assert.rejects(get('abc', { IfUnmodifiedSince: before }), refused('PreconditionFailed', 412));
  });

  test('tells its length and ETag without its body', async () => {
    await put('abc', 'abc');
    const head = await s3.send(new aws.HeadObjectCommand({ Bucket, Key: 'abc' }));
    assert.equal(head.ContentLength, 3);
    assert.equal(head.ETag, md5);
    const none = s3.send(new aws.HeadObjectCommand({ Bucket, Key: 'none' }));
    await assert.rejects(none, refused('NotFound', 404));
  });

  test('is not overwritten by who says that it must not be', async () => {
    await put('once', '1', { IfNoneMatch: '*' });
    await assert.rejects(put('once', '2', { IfNoneMatch: '*' }), refused('PreconditionFailed', 412));
    const { ETag } = await get('once');
    await put('once', '2', { IfMatch: ETag });
    await assert.rejects(put('once', '3', { IfMatch: ETag }), refused('PreconditionFailed', 412));
    await assert.rejects(put('never', '1', { IfMatch: ETag }), refused('NoSuchKey', 404));
  });

  test('is refused where it did not arrive as it was sent', async () => {
    await assert.rejects(
      put('bad', 'abc', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }),
      refused('BadDigest', 400),
    );
    await assert.rejects(
      put('bad', 'abc', { ChecksumCRC32: 'AAAAAA==' }),
      refused('BadDigest', 400, /CRC32/),
    );
    await assert.rejects(put('bad', 'abc', { ChecksumSHA256: 'AAAA' }), refused('BadDigest', 400, /SHA256/));
    await assert.rejects(get('bad'), refused('NoSuchKey', 404, 'The specified key does not exist.'));
  });

  test('is refused for what S3 would do and this does not', async () => {
    await assert.rejects(put('x', 'x', { ACL: 'public-read' }), refused('NotImplemented', 501, /^ACL/));
    await assert.rejects(get('abc', { Range: 'bytes=0-1' }), refused('NotImplemented', 501, /^Range/));
    const policy = s3.send(new aws.GetBucketPolicyCommand({ Bucket }));
    await assert.rejects(policy, refused('NotImplemented', 501, /GET of a bucket with \?policy$/));
    await assert.rejects(put('x'.repeat(1025), 'x'), refused('KeyTooLongError', 400));
  });

  test('is gone once it is deleted, also if it never was', async () => {
    await put('gone', 'x');
    const remove = () => s3.send(new aws.DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await remove();
    await remove();
    await assert.rejects(get('gone'), refused('NoSuchKey', 404));
  });
});

describe('a bucket', () => {
  const create = (Bucket: string, rest: Partial<aws.CreateBucketCommandInput> = {}, client = s3) =>
    client.send(new aws.CreateBucketCommand({ Bucket, ...rest }));

  test('has a name that nobody else has', async () => {
    const guest = new aws.S3Client(world.access(GUEST));
    await assert.rejects(create(Bucket), refused('BucketAlreadyOwnedByYou', 409));
    await assert.rejects(create(Bucket, {}, guest), refused('BucketAlreadyExists', 409));
    await assert.rejects(guest.send(new aws.ListObjectsV2Command({ Bucket })), refused('AccessDenied', 403));
    guest.destroy();
    for (const name of ['UPPER', 'a', '10.0.0.1', 'a..b']) {
      await assert.rejects(create(name), refused('InvalidBucketName', 400), name);
    }
    const elsewhere = { CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' as const } };
    await assert.rejects(create('located', elsewhere), refused('IllegalLocationConstraintException', 400));
    await create('located', { CreateBucketConfiguration: { LocationConstraint: REGION } });
  });

  test('is listed, found, and deleted when it is empty', async () => {
    await create('short-lived');
    await s3.send(new aws.PutObjectCommand({ Bucket: 'short-lived', Key: 'a', Body: '' }));
    const { BucketRegion } = await s3.send(new aws.HeadBucketCommand({ Bucket: 'short-lived' }));
    assert.equal(BucketRegion, REGION);
    const remove = () => s3.send(new aws.DeleteBucketCommand({ Bucket: 'short-lived' }));
    await assert.rejects(remove(), refused('BucketNotEmpty', 409));
    await s3.send(new aws.DeleteObjectCommand({ Bucket: 'short-lived', Key: 'a' }));
    const listed = await s3.send(new aws.ListBucketsCommand({}));
    assert.ok(listed.Buckets!.some(({ Name }) => Name === 'short-lived'));
    await remove();
    await assert.rejects(
      s3.send(new aws.ListObjectsV2Command({ Bucket: 'short-lived' })),
      refused('NoSuchBucket', 404, 'The specified bucket does not exist'),
    );
  });

  test('lists its keys in order, by prefix and delimiter, page by page', async () => {
    const keys = ['b/1', 'a', 'b/2', 'b/c/3', 'd', 'é', '\u{10000}'];
    await create('listed');
    for (const Key of keys) await s3.send(new aws.PutObjectCommand({ Bucket: 'listed', Key, Body: Key }));
    const list = async (input: Partial<aws.ListObjectsV2CommandInput>) => {
      const found: string[] = [];
      for await (const page of aws.paginateListObjectsV2({ client: s3 }, { Bucket: 'listed', ...input })) {
        const prefixes = (page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!);
        found.push(...(page.Contents ?? []).map(({ Key }) => Key!), ...prefixes);
      }
      return found;
    };
    const sorted = ['a', 'b/1', 'b/2', 'b/c/3', 'd', 'é', '\u{10000}'];
    assert.deepEqual(await list({}), sorted);
    assert.deepEqual(await list({ MaxKeys: 2 }), sorted);
    assert.deepEqual(await list({ Delimiter: '/', MaxKeys: 1 }), ['a', 'b/', 'd', 'é', '\u{10000}']);
    assert.deepEqual(await list({ Prefix: 'b/', Delimiter: '/' }), ['b/1', 'b/2', 'b/c/']);
    assert.deepEqual(await list({ StartAfter: 'd' }), ['é', '\u{10000}']);
    assert.deepEqual(await list({ Prefix: 'é', EncodingType: 'url' }), ['%C3%A9']);
  });
});

describe('a role', () => {
  test('reads the objects that its policy names, and no others', async () => {
    await put('main/a.json', '{}');
    await put('other/a.json', '{}');
    const policy = {
      Statement: [
        { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/main/*` },
        {
          Effect: 'Allow',
          Action: 's3:ListBucket',
          Resource: `arn:aws:s3:::${Bucket}`,
          Condition: { StringLike: { 's3:prefix': 'main/*' } },
        },
      ],
    };
    const role = { account: OWNER.account, name: 'reader' };
    world.cloud.identity.putRole({ ...role, policies: [JSON.stringify(policy)] });
    const session = { account: role.account, roleName: role.name, sessionName: 'i-1' };
    const reader = new aws.S3Client(world.access(world.cloud.identity.issue(session)));
    const read = (Key: string) => reader.send(new aws.GetObjectCommand({ Bucket, Key }));
    assert.equal(await (await read('main/a.json')).Body!.transformToString(), '{}');
    await assert.rejects(read('other/a.json'), refused('AccessDenied', 403, /s3:GetObject on resource/));
    await reader.send(new aws.ListObjectsV2Command({ Bucket, Prefix: 'main/a' }));
    await assert.rejects(reader.send(new aws.ListObjectsV2Command({ Bucket })), refused('AccessDenied', 403));
    const head = reader.send(new aws.HeadObjectCommand({ Bucket, Key: 'other/a.json' }));
    await assert.rejects(head, (error: aws.S3ServiceException) => error.$metadata.httpStatusCode === 403);
    reader.destroy();
  });
});

test('every operation of S3 that is served has been called', () => {
  assert.deepEqual(world.called('s3').sort(), Object.keys(world.cloud.objects).sort());
  assert.deepEqual(world.failures, []);
});
