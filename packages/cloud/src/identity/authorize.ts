import { AwsError, type Caller, type GatedCall } from '@pointsman/aws-wire';
import type { RequestContext } from './condition.ts';
import { type Decision, decide } from './decide.ts';
import type { Policy } from './policy.ts';
import { type Role, readSessionArn, roleId } from './role.ts';

/** One action that a call takes on one resource, and what is known of that. */
export type Access = { action: string; resource: string; context: RequestContext };

/** What has to be allowed for a call of a service, all of it. */
export type AccessesOf = (call: GatedCall) => readonly Access[];

export type AuthorizeOptions = {
  findRole: (id: string) => Role | undefined;
  /** An account without roles is one without policies: everything is allowed there. */
  hasRoles: (account: string) => boolean;
  accessesOf: AccessesOf;
};

/**
 * Lets pass what an account's own keys do, and of what a role's keys do what its policies allow.
 * @throws AwsError UnauthorizedOperation, AccessDenied, AccessDeniedException
 */
export function authorizeBy({ findRole, hasRoles, accessesOf }: AuthorizeOptions): (call: GatedCall) => void {
  return (call) => {
    const { caller } = call;
    const session = caller.principal === undefined ? undefined : readSessionArn(caller.principal);
    if (!session || !hasRoles(caller.account)) return;
    const policies = findRole(roleId(session.account, session.roleName))?.policies ?? [];
    for (const access of accessesOf(call)) requireAccess(policies, access, call);
  };
}

function requireAccess(policies: readonly Policy[], access: Access, { service, caller }: GatedCall): void {
  const context = new Map([...access.context, ...callerContext(caller)]);
  const decision = decide(policies, { ...access, context });
  if (decision !== 'allowed') throw denial(service, access, caller, decision);
}

function callerContext({ account, region, principal }: Caller): [string, string[]][] {
  return [
    ['aws:requestedregion', [region]],
    ['aws:principalaccount', [account]],
    ...(principal === undefined ? [] : [['aws:principalarn', [principal]] satisfies [string, string[]]]),
  ];
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function denial(service: string, { action, resource }: Access, caller: Caller, decision: Decision): AwsError {
  const reason =
    decision === 'explicitly-denied'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  const what = `User: ${caller.principal} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
  if (service === 'ec2') {
    const message = `You are not authorized to perform this operation. ${what}`;
    return new AwsError('UnauthorizedOperation', message, { status: 403 });
  }
  if (service === 'ssm') return new AwsError('AccessDeniedException', what, { status: 400 });
  return new AwsError('AccessDenied', what, { status: 403 });
}
