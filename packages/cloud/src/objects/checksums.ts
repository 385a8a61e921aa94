import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type * as aws from '@aws-sdk/client-s3';
import { AwsError } from '@pointsman/aws-wire';

type Sums = Pick<
  aws.PutObjectRequest,
  'ContentMD5' | 'ChecksumAlgorithm' | 'ChecksumCRC32' | 'ChecksumSHA1' | 'ChecksumSHA256'
>;

/**
 * Compares a body with the sums that came with it, and gives what else came.
 * @throws AwsError BadDigest
 */
export function checkSums<Input extends Sums>(input: Input, body: Uint8Array): Omit<Input, keyof Sums> {
  const {
    ContentMD5,
    ChecksumAlgorithm: _named,
    ChecksumCRC32,
    ChecksumSHA1,
    ChecksumSHA256,
    ...others
  } = input;
  const hash = (algorithm: string) => createHash(algorithm).update(body).digest('base64');
  if (ContentMD5 !== undefined && ContentMD5 !== hash('md5')) {
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const sums: [name: string, given: string | undefined, sum: () => string][] = [
    ['CRC32', ChecksumCRC32, () => crc32Base64(body)],
    ['SHA1', ChecksumSHA1, () => hash('sha1')],
    ['SHA256', ChecksumSHA256, () => hash('sha256')],
  ];
  for (const [name, given, sum] of sums) {
    if (given === undefined || given === sum()) continue;
    throw new AwsError('BadDigest', `The ${name} you specified did not match the calculated checksum.`);
  }
  return others;
}

function crc32Base64(body: Uint8Array): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return bytes.toString('base64');
}
