import { callCloud } from '../cloud/call-cloud.ts';
import type { CloudClients } from '../cloud/clients.ts';
import { readBounded } from './read-bounded.ts';
import { type Fetched, MOST_BYTES } from './source.ts';

const NOT_MODIFIED = 304;

/** An object of S3, by ETag. */
export async function fetchObject(
  s3: CloudClients['s3'],
  { bucket, key }: { bucket: string; key: string },
  tag: string | undefined,
  signal: AbortSignal,
): Promise<Fetched | undefined> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, IfNoneMatch: tag });
  return callCloud('s3:GetObject', async () => {
    try {
      const { Body, ETag } = await (await s3()).send(command, { abortSignal: signal });
      return {
        text: Body ? await readBounded(Body as AsyncIterable<Uint8Array>, MOST_BYTES) : '',
        tag: ETag,
      };
    } catch (error) {
      const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
      if ($metadata?.httpStatusCode === NOT_MODIFIED) return undefined;
      throw error;
    }
  });
}
