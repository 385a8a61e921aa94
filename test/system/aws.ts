import { type Result, run } from './command.ts';

/** Debian's, not another one that stands first in the PATH. */
export const AWS = '/usr/bin/aws';

export type AwsCaller = { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string };

/** What a command of the AWS CLI ended with. */
export type AwsResult = Pick<Result, 'code' | 'stdout' | 'stderr'>;
export type RunAws = (caller: AwsCaller, ...args: string[]) => Promise<AwsResult>;

/** The AWS CLI as it is, away from the configuration of whoever runs the test. */
export const runAws: RunAws = (caller, ...args) =>
  run(AWS, awsArguments(caller, args), { env: awsEnvironment(caller) });

export function awsArguments({ endpoint }: AwsCaller, args: readonly string[]): string[] {
  return ['--endpoint-url', endpoint, ...args, '--output', 'json'];
}

export function awsEnvironment({ region, accessKeyId, secretAccessKey }: AwsCaller) {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_DEFAULT_REGION: region,
    AWS_PAGER: '',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}

/** What a command prints, read. Throws where it fails. */
export async function callAws(aws: RunAws, caller: AwsCaller, ...args: string[]) {
  const { code, stdout, stderr } = await aws(caller, ...args);
  if (code !== 0) throw new Error(`aws ${args.slice(0, 2).join(' ')}: ${stderr}`);
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}
