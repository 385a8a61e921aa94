import type * as aws from '@aws-sdk/client-sts';
import { AwsError } from '@pointsman/aws-wire';
import { type Operation, refuseOthers } from '../endpoint/bind-operations.ts';
import type { CloudCore } from '../endpoint/create-cloud.ts';
import type { Versions } from '../state/versions.ts';
import { type RoleState, readSessionArn, roleId, sessionArn, uniqueId } from './role.ts';
import type { CredentialIssuer } from './temporary-credentials.ts';

/** What the operations of STS work with. */
export type Sts = CloudCore & { state: Versions<RoleState>; issuer: CredentialIssuer };

/** Seconds. */
const DEFAULT_DURATION = 3600;
const LEAST_DURATION = 900;
const MOST_DURATION = 43_200;

export const getCallerIdentity: Operation<Sts, object, aws.GetCallerIdentityResponse> = (
  _sts,
  _input,
  { account, principal },
) => {
  const session = principal === undefined ? undefined : readSessionArn(principal);
  if (!session) return { UserId: account, Account: account, Arn: `arn:aws:iam::${account}:root` };
  const { roleName, sessionName } = session;
  return {
    UserId: `${uniqueId('AROA', account, roleName)}:${sessionName}`,
    Account: account,
    Arn: principal,
  };
};

/** Of the caller's own account: no role here trusts another one. */
export const assumeRole: Operation<Sts, aws.AssumeRoleRequest, aws.AssumeRoleResponse> = (
  { clock, state, issuer },
  input,
  caller,
) => {
  const { RoleArn, RoleSessionName, DurationSeconds = DEFAULT_DURATION, ...others } = input;
  refuseOthers(others);
  const sessionName = RoleSessionName!;
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    throw invalid(
      `Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  }
  if (DurationSeconds < LEAST_DURATION || DurationSeconds > MOST_DURATION) {
    throw invalid(
      `Value '${DurationSeconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between ${LEAST_DURATION} and ${MOST_DURATION}`,
    );
  }
  const [, account, roleName] = /^arn:aws:iam::([0-9]+):role\/(.+)$/.exec(RoleArn!) ?? [];
  if (account !== caller.account || !state.now().roles.has(roleId(account, roleName!))) {
    const who = caller.principal ?? `arn:aws:iam::${caller.account}:root`;
    const message = `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`;
    throw new AwsError('AccessDenied', message, { status: 403 });
  }
  const issuedAt = clock.now();
  const lifetime = { issuedAt, expiresAt: issuedAt + DurationSeconds * 1000 };
  const issued = issuer.issue({ account, roleName: roleName!, sessionName }, lifetime);
  return {
    Credentials: {
      AccessKeyId: issued.accessKeyId,
      SecretAccessKey: issued.secretAccessKey,
      SessionToken: issued.sessionToken,
      Expiration: new Date(issued.expiresAt),
    },
    AssumedRoleUser: {
      AssumedRoleId: `${uniqueId('AROA', account, roleName!)}:${sessionName}`,
      Arn: sessionArn(account, roleName!, sessionName),
    },
  };
};

function invalid(problem: string): AwsError {
  return new AwsError('ValidationError', `1 validation error detected: ${problem}`);
}
