import { AwsError, type Caller } from '@pointsman/aws-wire';
import type { Ec2Records, Ec2State, Owned } from './model.ts';

/** How EC2 speaks of a kind of resource: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html */
type Kind = {
  prefix: string;
  /** As in the names of tags' resource types and ARNs. */
  resourceType: string;
  noun: string;
  notFound: string;
  malformed: string;
};

const kind = (prefix: string, resourceType: string, noun: string, code: string, malformed = code): Kind => ({
  prefix,
  resourceType,
  noun,
  notFound: `${code}.NotFound`,
  malformed: `${malformed}.Malformed`,
});

export const KINDS: { readonly [Table in keyof Ec2State]: Kind } = {
  vpcs: kind('vpc', 'vpc', 'vpc ID', 'InvalidVpcID', 'InvalidVpcId'),
  subnets: kind('subnet', 'subnet', 'subnet ID', 'InvalidSubnetID', 'InvalidSubnetId'),
  dhcpOptions: kind('dopt', 'dhcp-options', 'dhcpOption ID', 'InvalidDhcpOptionID', 'InvalidDhcpOptionsId'),
  peerings: kind(
    'pcx',
    'vpc-peering-connection',
    'vpcPeeringConnection ID',
    'InvalidVpcPeeringConnectionID',
    'InvalidVpcPeeringConnectionId',
  ),
  securityGroups: kind('sg', 'security-group', 'security group', 'InvalidGroup', 'InvalidGroupId'),
  interfaces: kind(
    'eni',
    'network-interface',
    'networkInterface ID',
    'InvalidNetworkInterfaceID',
    'InvalidNetworkInterfaceId',
  ),
  instances: kind('i', 'instance', 'instance ID', 'InvalidInstanceID'),
  launchTemplates: kind('lt', 'launch-template', 'launch template ID', 'InvalidLaunchTemplateId'),
};

type Table = keyof Ec2State;
/** True where the caller sees the resource: it is of his account and region. */
export function isOwn({ account, region }: Owned, caller: Caller): boolean {
  return account === caller.account && region === caller.region;
}

/** The caller's own resource of an ID. @throws AwsError …NotFound, …Malformed */
export function findOwn<Name extends Table>(
  state: Ec2State,
  table: Name,
  id: string | undefined,
  caller: Caller,
): Ec2Records[Name] {
  return findOwnMany(state, table, [id ?? ''], caller)[0]!;
}

/** The caller's own resources of some IDs, in their order. @throws AwsError …NotFound, …Malformed */
export function findOwnMany<Name extends Table>(
  state: Ec2State,
  table: Name,
  ids: readonly string[],
  caller: Caller,
  isVisible: (record: Ec2Records[Name], caller: Caller) => boolean = isOwn,
): Ec2Records[Name][] {
  const records = state[table] as ReadonlyMap<string, Ec2Records[Name]>;
  const missing: string[] = [];
  const found: Ec2Records[Name][] = [];
  for (const id of ids) {
    const record = records.get(id);
    if (record && isVisible(record, caller)) found.push(record);
    else missing.push(id);
  }
  for (const id of missing) requireForm(KINDS[table], id);
  if (missing.length > 0) throw notFound(table, missing);
  return found;
}

/** @throws AwsError for an ID that no resource of this kind can have */
function requireForm({ prefix, malformed }: Kind, id: string): void {
  const digits = id.startsWith(`${prefix}-`) ? id.slice(prefix.length + 1) : '';
  if (!/^[0-9a-f]{8,17}$/.test(digits)) {
    throw new AwsError(malformed, `Invalid id: "${id}" (expecting "${prefix}-...")`);
  }
}

export function notFound(table: Table, ids: readonly string[]): AwsError {
  const { noun, notFound: code } = KINDS[table];
  return new AwsError(
    code,
    ids.length > 1
      ? `The ${noun}s '${ids.join(', ')}' do not exist`
      : `The ${noun} '${ids[0]}' does not exist`,
  );
}

export function invalidValue(value: unknown, parameter: string, reason: string): AwsError {
  return new AwsError(
    'InvalidParameterValue',
    `Value (${value}) for parameter ${parameter} is invalid. ${reason}`,
  );
}

export function invalidCombination(message: string): AwsError {
  return new AwsError('InvalidParameterCombination', message);
}

export function missingParameter(name: string): AwsError {
  return new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
}

export function dependencyViolation(message: string): AwsError {
  return new AwsError('DependencyViolation', message);
}
