import type { Caller } from '@pointsman/aws-wire';
import type { CloudCore } from '../endpoint/create-cloud.ts';
import type { KeyLocks } from '../state/key-locks.ts';
import type { Versions } from '../state/versions.ts';
import type { ClientTokens } from './client-tokens.ts';
import type { Ec2State } from './model.ts';

/** What the operations of EC2 work with. */
export type Ec2 = CloudCore & {
  state: Versions<Ec2State>;
  /** By VPC for all that is in one, by its own ID for what is in none. A record is written under its lock only. */
  locks: KeyLocks;
  tokens: ClientTokens;
};

/** One operation of the API, in the shapes of AWS's model. */
export type Operation<Input extends object, Output extends object> = {
  /** The members of the input that it heeds, as paths: `LaunchTemplate.Version`. A path stands for all that is in it. Others are refused. */
  takes: readonly string[];
  /** @throws AwsError */
  run: (ec2: Ec2, input: Input, caller: Caller) => Output | Promise<Output>;
};

export type MemberPath<Input> = (keyof Input & string) | `${keyof Input & string}.${string}`;

export function operation<Input extends object, Output extends object = object>(
  takes: readonly MemberPath<Input>[],
  run: Operation<Input, Output>['run'],
): Operation<Input, Output> {
  return { takes, run };
}

/** What every Describe… operation that gives pages takes. */
export const PAGED = ['Filters', 'MaxResults', 'NextToken'] as const;
