import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SSMClient } from '@aws-sdk/client-ssm';

/** Keys, those of a role with their session token. */
export type FindKeys = () => Promise<{
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}>;

/** Clients of the AWS SDK, each loaded when it is needed first: their schemas take tens of megabytes. */
export type CloudClients = {
  ec2: () => Promise<EC2Client>;
  autoScaling: () => Promise<AutoScalingClient>;
  ssm: () => Promise<SSMClient>;
  s3: () => Promise<S3Client>;
};

/** Milliseconds. */
const CONNECT_WITHIN = 2000;
const ANSWER_WITHIN = 5000;

/** `credentials` undefined: those of the environment (AWS_ACCESS_KEY_ID …), or wherever the SDK looks. `endpoint` undefined: AWS. */
export function openClients(
  where: { endpoint: string | undefined; region: () => Promise<string> },
  credentials: FindKeys | undefined,
): CloudClients {
  const settings = {
    region: where.region,
    ...(where.endpoint !== undefined && { endpoint: where.endpoint }),
    ...(credentials && { credentials }),
    // Whoever calls looks again before it calls again: a second call would be decided on old knowledge.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_WITHIN,
      requestTimeout: ANSWER_WITHIN,
      // Else the SDK only warns, and a call that is never answered is never over.
      throwOnRequestTimeout: true,
      // Of an answer that has begun, too.
      socketTimeout: ANSWER_WITHIN,
    },
  };
  return {
    ec2: once(async () => new (await import('@aws-sdk/client-ec2')).EC2Client(settings)),
    autoScaling: once(
      async () => new (await import('@aws-sdk/client-auto-scaling')).AutoScalingClient(settings),
    ),
    ssm: once(async () => new (await import('@aws-sdk/client-ssm')).SSMClient(settings)),
    s3: once(
      async () => new (await import('@aws-sdk/client-s3')).S3Client({ ...settings, forcePathStyle: true }),
    ),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
