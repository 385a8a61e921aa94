import type { CloudCore } from '../endpoint/create-cloud.ts';
import type { Versions } from '../state/versions.ts';

/** A parameter of Parameter Store. Times are milliseconds since 1970. */
export type Parameter = {
  account: string;
  region: string;
  name: string;
  type: ParameterType;
  tags: Readonly<Record<string, string>>;
  /** The newest last; at most `MOST_VERSIONS`. */
  versions: readonly ParameterVersion[];
};

export type ParameterType = 'String' | 'StringList' | 'SecureString';
export type Tier = 'Standard' | 'Advanced';

export type ParameterVersion = {
  version: number;
  value: string;
  description: string | undefined;
  allowedPattern: string | undefined;
  tier: Tier;
  /** The KMS key of a SecureString. */
  keyId: string | undefined;
  modifiedAt: number;
  modifiedBy: string;
};

/** When there is one more, the oldest version goes. */
export const MOST_VERSIONS = 100;
/** In an account and region: https://docs.aws.amazon.com/general/latest/gr/ssm.html */
export const MOST_PARAMETERS = 10_000;
/** Characters of a value. */
export const LONGEST_VALUE: Readonly<Record<Tier, number>> = { Standard: 4096, Advanced: 8192 };

export type ParameterState = { readonly parameters: ReadonlyMap<string, Parameter> };

/** What the operations of Parameter Store work with. */
export type ParameterStore = CloudCore & { state: Versions<ParameterState> };

/** Where a parameter stands in the state. */
export function idOf({ account, region }: { account: string; region: string }, name: string): string {
  return `${account} ${region} ${name}`;
}

export function arnOf({ account, region, name }: Pick<Parameter, 'account' | 'region' | 'name'>): string {
  return `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, '')}`;
}
