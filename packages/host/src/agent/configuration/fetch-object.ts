import { callCloud } from '../cloud/call-cloud.ts';
import type { CloudClients } from '../cloud/clients.ts';
import { type Fetched, MOST_BYTES } from './source.ts';

const NOT_MODIFIED = 304;

/** An object of S3, by ETag. */
export async function fetchObject(
  s3: CloudClients['s3'],
  { bucket, key }: { bucket: string; key: string },
  tag: string | undefined,
): Promise<Fetched | undefined> {
  const { GetObjectCommand } = await import('@aws-sdk/client-s3');
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, IfNoneMatch: tag });
  return callCloud('s3:GetObject', async () => {
    try {
      const { Body, ETag, ContentLength = 0 } = await (await s3()).send(command);
      if (ContentLength > MOST_BYTES)
        throw new Error(`s3://${bucket}/${key} has more than ${MOST_BYTES} bytes`);
      return { text: (await Body?.transformToString()) ?? '', tag: ETag };
    } catch (error) {
      const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
      if ($metadata?.httpStatusCode === NOT_MODIFIED) return undefined;
      throw error;
    }
  });
}
