import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { formatCidr, parseCidr } from '@pointsman/core/address';
import { ruleId } from './default-group.ts';
import type { Ec2 } from './ec2.ts';
import type { Ec2State, SecurityGroup, SecurityGroupRule } from './model.ts';
import { missingParameter, notFound } from './resources.ts';

/** A rule as a request describes it, before it has an ID. */
export type RuleRequest = Omit<SecurityGroupRule, 'id' | 'tags'>;

/** What a request says of rules in one of its two forms. */
export type PermissionRequest = Pick<
  aws.AuthorizeSecurityGroupIngressRequest,
  'IpPermissions' | 'IpProtocol' | 'FromPort' | 'ToPort' | 'CidrIp'
>;

const PROTOCOLS: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '1': 'icmp', '58': 'icmpv6' };
const NAMES = new Set(Object.values(PROTOCOLS));

/** Each source or destination of each permission is a rule of its own. @throws AwsError */
export function readPermissions(
  state: Ec2State,
  group: SecurityGroup,
  request: PermissionRequest,
  egress: boolean,
  caller: Caller,
): RuleRequest[] {
  const { IpPermissions = [], IpProtocol, FromPort, ToPort, CidrIp } = request;
  const flat = { IpProtocol, FromPort, ToPort, IpRanges: CidrIp === undefined ? [] : [{ CidrIp }] };
  const permissions = [...IpPermissions, ...(IpProtocol === undefined ? [] : [flat])];
  if (permissions.length === 0) throw missingParameter('ipPermissions');
  return permissions.flatMap((permission) => readPermission(state, group, permission, egress, caller));
}

function readPermission(
  state: Ec2State,
  group: SecurityGroup,
  permission: aws.IpPermission,
  egress: boolean,
  caller: Caller,
): RuleRequest[] {
  const { IpRanges = [], Ipv6Ranges = [], UserIdGroupPairs = [] } = permission;
  const base = { egress, ...readPorts(permission) };
  const rules = [
    ...IpRanges.map(({ CidrIp, Description }) => ({
      ...base,
      cidr: readCidr(CidrIp, 4),
      description: Description,
    })),
    ...Ipv6Ranges.map(({ CidrIpv6, Description }) => ({
      ...base,
      ipv6Cidr: readCidr(CidrIpv6, 16),
      description: Description,
    })),
    ...UserIdGroupPairs.map((pair) => ({
      ...base,
      group: readReference(state, group, pair, caller),
      description: pair.Description,
    })),
  ];
  if (rules.length === 0) throw missingParameter('ipRanges');
  return rules;
}

function readPorts({
  IpProtocol,
  FromPort,
  ToPort,
}: aws.IpPermission): Pick<SecurityGroupRule, 'protocol' | 'fromPort' | 'toPort'> {
  const protocol = readProtocol(IpProtocol);
  if (protocol === 'tcp' || protocol === 'udp') {
    if (FromPort === undefined || ToPort === undefined) {
      throw malformed('Must specify both from and to ports with TCP/UDP.');
    }
    // -1 is all ports, of either form.
    if (FromPort === -1 && ToPort === -1) return { protocol, fromPort: 0, toPort: 65_535 };
    const isPort = (port: number) => Number.isInteger(port) && port >= 0 && port <= 65_535;
    if (!isPort(FromPort) || !isPort(ToPort)) {
      throw malformed(
        `Invalid value '${isPort(FromPort) ? ToPort : FromPort}' for portRange. Must be from 0 to 65535.`,
      );
    }
    if (FromPort > ToPort) throw malformed(`Invalid TCP/UDP port range (${FromPort}:${ToPort})`);
    return { protocol, fromPort: FromPort, toPort: ToPort };
  }
  if (protocol === 'icmp' || protocol === 'icmpv6') {
    return { protocol, fromPort: FromPort ?? -1, toPort: ToPort ?? -1 };
  }
  return { protocol };
}

function readProtocol(text: string | undefined): string {
  if (text === undefined) throw missingParameter('ipProtocol');
  const name = text.toLowerCase();
  if (name === '-1' || name === 'all') return '-1';
  if (NAMES.has(name)) return name;
  if (/^[0-9]{1,3}$/.test(name) && Number(name) <= 255) return PROTOCOLS[name] ?? String(Number(name));
  throw new AwsError(
    'InvalidPermission.Malformed',
    `Invalid value '${text}' for IP protocol. Unknown protocol.`,
  );
}

function readCidr(text: string | undefined, bytes: 4 | 16): string {
  const cidr = parseCidr(text ?? '');
  if (cidr?.bytes.length === bytes) return formatCidr(cidr);
  throw malformed(`CIDR block ${text} is malformed`);
}

/** A group of the same VPC, or of one that is peered with it. */
function readReference(
  state: Ec2State,
  group: SecurityGroup,
  { GroupId, GroupName, UserId, VpcPeeringConnectionId }: aws.UserIdGroupPair,
  { account }: Caller,
): NonNullable<SecurityGroupRule['group']> {
  const named = [...state.securityGroups.values()].find(({ id, name, vpcId }) =>
    GroupId === undefined ? name === GroupName && vpcId === group.vpcId : id === GroupId,
  );
  const isOwner = named && (UserId === undefined || named.account === UserId);
  if (!isOwner || !canRefer(state, group, named)) {
    throw notFound('securityGroups', [GroupId ?? GroupName ?? '']);
  }
  const peeringId = VpcPeeringConnectionId ?? findPeering(state, group.vpcId, named.vpcId);
  return {
    id: named.id,
    account: named.account,
    ...(named.account !== account && peeringId !== undefined && { peeringId }),
  };
}

function canRefer(state: Ec2State, group: SecurityGroup, named: SecurityGroup): boolean {
  return named.vpcId === group.vpcId || findPeering(state, group.vpcId, named.vpcId) !== undefined;
}

function findPeering({ peerings }: Ec2State, a: string, b: string): string | undefined {
  const active = [...peerings.values()].find(({ status, requester, accepter }) => {
    const ends = [requester.vpcId, accepter.vpcId];
    return status === 'active' && ends.includes(a) && ends.includes(b);
  });
  return active?.id;
}

/** What makes two rules the same one. */
export function ruleKey({ egress, protocol, fromPort, toPort, cidr, ipv6Cidr, group }: RuleRequest): string {
  return JSON.stringify([egress, protocol, fromPort, toPort, cidr, ipv6Cidr, group?.id]);
}

export function makeRule(ec2: Pick<Ec2, 'random'>, request: RuleRequest, tags: SecurityGroupRule['tags']) {
  return { ...request, id: ruleId(ec2), tags };
}

function malformed(message: string): AwsError {
  return new AwsError('InvalidParameterValue', message);
}
