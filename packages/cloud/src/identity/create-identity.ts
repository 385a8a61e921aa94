import {
  type AccessKey,
  type AwsService,
  awsQuery,
  type FindKey,
  findKeyIn,
  schemasOf,
} from '@pointsman/aws-wire';
import { type Api, bindOperations } from '../endpoint/bind-operations.ts';
import type { CloudCore } from '../endpoint/create-cloud.ts';
import { createVersions } from '../state/versions.ts';
import { parsePolicy } from './policy.ts';
import { type Role, type RoleState, roleId, sessionArn } from './role.ts';
import { assumeRole, getCallerIdentity } from './sts.ts';
import {
  makeCredentialIssuer,
  type RoleSession,
  type TemporaryCredentials,
} from './temporary-credentials.ts';

/** Every operation of STS that there is here, by its name in AWS's model. */
const operations = { GetCallerIdentity: getCallerIdentity, AssumeRole: assumeRole };

export type StsApi = Api<typeof operations>;

/** Who may call a cloud, and as whom. */
export type Identity = {
  sts: StsApi;
  service: AwsService;
  findRole: (id: string) => Role | undefined;
  /** An account without roles is one without policies: its sessions may do everything. */
  hasRoles: (account: string) => boolean;
  /** Makes a role, and the instance profile of its name, or gives it other policies. @throws PolicyError */
  putRole: (role: { account: string; name: string; policies: readonly string[] }) => void;
  deleteRole: (account: string, name: string) => void;
  /** Temporary keys of a role for six hours, as instances get them. */
  issue: (session: RoleSession) => TemporaryCredentials;
  /** The keys of accounts that are given, and all that were issued here. */
  findKey: (keys: readonly AccessKey[]) => FindKey;
};

/** Milliseconds. */
const INSTANCE_LIFETIME = 6 * 3_600_000;

/**
 * Roles, and the Security Token Service of 2011-06-15: https://docs.aws.amazon.com/STS/latest/APIReference/
 * @param randomBytes secret ones
 */
export function createIdentity(core: CloudCore, randomBytes: (size: number) => Uint8Array): Identity {
  const { now } = core.clock;
  const empty: RoleState = { roles: new Map() };
  const state = createVersions(empty, { now, lag: () => 0 });
  const issuer = makeCredentialIssuer(randomBytes(32), randomBytes);
  const sts = bindOperations({ ...core, state, issuer }, operations);
  const findIssued: FindKey = (accessKeyId, token) => {
    const issued = token === undefined ? undefined : issuer.read(accessKeyId, token);
    if (!issued || token === undefined) return undefined;
    const { account, roleName, sessionName, secretAccessKey, expiresAt } = issued;
    const principal = sessionArn(account, roleName, sessionName);
    return { accessKeyId, secretAccessKey, account, principal, session: { token, expires: expiresAt } };
  };
  return {
    sts,
    service: stsService(sts),
    findRole: (id) => state.now().roles.get(id),
    hasRoles: (account) => [...state.now().roles.values()].some((role) => role.account === account),
    putRole: ({ account, name, policies }) => {
      const record = { account, name, policies: policies.map(parsePolicy) };
      state.write([{ table: 'roles', id: roleId(account, name), record }]);
    },
    deleteRole: (account, name) =>
      state.write([{ table: 'roles', id: roleId(account, name), record: undefined }]),
    issue: (session) => {
      const issuedAt = now();
      return issuer.issue(session, { issuedAt, expiresAt: issuedAt + INSTANCE_LIFETIME });
    },
    findKey: (keys) => {
      const findOwn = findKeyIn(keys);
      return (accessKeyId, token) => findOwn(accessKeyId, token) ?? findIssued(accessKeyId, token);
    },
  };
}

function stsService(api: StsApi): AwsService {
  return {
    name: 'sts',
    protocol: async () =>
      awsQuery({
        ...schemasOf(await import('@aws-sdk/client-sts'), Object.keys(operations)),
        namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
        version: '2011-06-15',
      }),
    handlers: api,
  };
}
