import { run } from './command.ts';

/** Debian's, not another one that stands first in the PATH. */
export const AWS = '/usr/bin/aws';

export type AwsCaller = { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string };

/** The AWS CLI as it is, away from the configuration of whoever runs the test. */
export function runAws(caller: AwsCaller, ...args: string[]) {
  return run(AWS, awsArguments(caller, args), { env: awsEnvironment(caller) });
}

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

/** What `aws route53` prints, read. Throws where it fails. */
export async function callRoute53(caller: AwsCaller, ...args: string[]) {
  const { code, stdout, stderr } = await runAws(caller, 'route53', ...args);
  if (code !== 0) throw new Error(`aws route53 ${args[0]}: ${stderr}`);
  return stdout.trim() === '' ? undefined : JSON.parse(stdout);
}
