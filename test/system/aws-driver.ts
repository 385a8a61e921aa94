import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { awsArguments, awsEnvironment, type RunAws } from './aws.ts';
import { ROOT } from './command.ts';

/** What `aws-driver.py` imports: Debian's, as /usr/bin/aws does. */
export const AWS_CLI = '/usr/lib/python3/dist-packages/awscli/clidriver.py';

/** The AWS CLI in one process, for tests that give it many commands: a process takes a second to start. */
export type AwsDriver = {
  /** What `runAws` does; one after the other. @throws where the process is gone */
  run: RunAws;
  stop: () => Promise<void>;
};

export function startAwsDriver(): AwsDriver {
  const child = spawn('/usr/bin/python3', ['-I', resolve(ROOT, 'test/system/aws-driver.py')], {
    env: { ...process.env, AWS_EC2_METADATA_DISABLED: 'true' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close');
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  // Who has ended reads no more; `run` says so.
  child.stdin.on('error', () => {});
  const answers = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    run: async (caller, ...words) => {
      const command = { words: awsArguments(caller, words), environment: awsEnvironment(caller) };
      child.stdin.write(`${JSON.stringify(command)}\n`);
      const { done, value } = await answers.next();
      if (done) throw new Error(`the AWS CLI has ended: ${complaints}`);
      return JSON.parse(value);
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
