import { createHash } from 'node:crypto';
import type { Policy } from './policy.ts';

/** A role, and the instance profile of the same name that gives it to instances. */
export type Role = { account: string; name: string; policies: readonly Policy[] };

export type RoleState = { readonly roles: ReadonlyMap<string, Role> };

/** Where a role stands in the state. */
export function roleId(account: string, name: string): string {
  return `${account} ${name}`;
}

export function roleArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:role/${name}`;
}

export function profileArn(account: string, name: string): string {
  return `arn:aws:iam::${account}:instance-profile/${name}`;
}

export function sessionArn(account: string, name: string, session: string): string {
  return `arn:aws:sts::${account}:assumed-role/${name}/${session}`;
}

/** What a session's ARN says; undefined for any other principal. */
export function readSessionArn(
  arn: string,
): { account: string; roleName: string; sessionName: string } | undefined {
  const [, account, roleName, sessionName] =
    /^arn:aws:sts::([0-9]+):assumed-role\/([^/]+)\/(.+)$/.exec(arn) ?? [];
  return account && roleName && sessionName ? { account, roleName, sessionName } : undefined;
}

/** An ID of IAM's form, which is always the same for the same resource: `AROA…` for a role, `AIPA…` for an instance profile. */
export function uniqueId(prefix: 'AROA' | 'AIPA', account: string, name: string): string {
  const hash = createHash('sha256').update(`${prefix} ${account} ${name}`).digest('hex');
  return `${prefix}${hash.slice(0, 17).toUpperCase()}`;
}
