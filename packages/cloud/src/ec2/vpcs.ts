import type * as aws from '@aws-sdk/client-ec2';
import type { Caller } from '@pointsman/aws-wire';
import { readIpv4Cidr } from './cidrs.ts';
import { commit } from './commit.ts';
import { defaultGroup } from './default-group.ts';
import { defaultDhcpOptions } from './dhcp-options.ts';
import { type Ec2, operation, PAGED } from './ec2.ts';
import type { FilterFields } from './filters.ts';
import { listOwn } from './listing.ts';
import type { Vpc } from './model.ts';
import { dependencyViolation, findOwn, invalidCombination, missingParameter } from './resources.ts';
import { readTagSpecifications } from './tag-specifications.ts';
import { ipv6CidrFor, makeCidr } from './vpc-cidrs.ts';
import { writeVpc } from './vpc-shapes.ts';

export const createVpc = operation<aws.CreateVpcRequest, aws.CreateVpcResult>(
  ['CidrBlock', 'TagSpecifications', 'AmazonProvidedIpv6CidrBlock', 'Ipv6CidrBlock', 'Ipv6Pool'],
  async (ec2, input, caller) => {
    const tags = readTagSpecifications(input.TagSpecifications, 'vpc');
    if (input.CidrBlock === undefined) throw missingParameter('CidrBlock');
    const cidr = readIpv4Cidr(input.CidrBlock, 'cidrBlock', 'InvalidVpc.Range');
    const ipv6 = ipv6CidrFor(ec2, input);
    const id = ec2.makeId('vpc', tags);
    const { account, region } = caller;
    const ipv6Cidrs = ipv6 === undefined ? [] : [makeCidr(ec2, ipv6)];
    const group = defaultGroup(ec2, { vpcId: id, account, region }, { ipv6Cidrs });
    const vpc: Vpc = {
      id,
      account,
      region,
      tags,
      cidrs: [makeCidr(ec2, cidr)],
      ipv6Cidrs,
      dnsSupport: true,
      dnsHostnames: false,
      networkAddressUsageMetrics: false,
      dhcpOptionsId: defaultDhcpOptions(ec2, caller),
      defaultGroupId: group.id,
    };
    await commit(ec2, [
      { table: 'vpcs', id, record: vpc },
      { table: 'securityGroups', id: group.id, record: group },
    ]);
    return { Vpc: writeVpc(vpc) };
  },
);

const FIELDS: FilterFields<Vpc> = {
  'vpc-id': ({ id }) => id,
  cidr: ({ cidrs }) => cidrs[0]!.cidr,
  'cidr-block-association.cidr-block': ({ cidrs }) => cidrs.map(({ cidr }) => cidr),
  'cidr-block-association.association-id': ({ cidrs }) => cidrs.map((each) => each.associationId),
  'cidr-block-association.state': () => 'associated',
  'ipv6-cidr-block-association.ipv6-cidr-block': ({ ipv6Cidrs }) => ipv6Cidrs.map(({ cidr }) => cidr),
  'ipv6-cidr-block-association.association-id': ({ ipv6Cidrs }) =>
    ipv6Cidrs.map((each) => each.associationId),
  'ipv6-cidr-block-association.state': ({ ipv6Cidrs }) => ipv6Cidrs.map(() => 'associated'),
  'dhcp-options-id': ({ dhcpOptionsId }) => dhcpOptionsId,
  'is-default': () => false,
  isDefault: () => false,
  'owner-id': ({ account }) => account,
  state: () => 'available',
};

export const describeVpcs = operation<aws.DescribeVpcsRequest, aws.DescribeVpcsResult>(
  ['VpcIds', ...PAGED],
  ({ state }, input, caller) => {
    const ids = { name: 'vpcIds', given: input.VpcIds };
    const { page, NextToken } = listOwn(state.seen(), input, caller, { table: 'vpcs', ids, fields: FIELDS });
    return { Vpcs: page.map(writeVpc), NextToken };
  },
);

/** @throws AwsError DependencyViolation while anything but the default security group is in it */
export const deleteVpc = operation<aws.DeleteVpcRequest, object>(['VpcId'], (ec2, { VpcId }, caller) =>
  underVpc(ec2, VpcId, caller, async (vpc) => {
    const { subnets, interfaces, securityGroups, peerings } = ec2.state.now();
    const isIn = ({ vpcId }: { vpcId: string }) => vpcId === vpc.id;
    const isUsed =
      [...subnets.values(), ...interfaces.values()].some(isIn) ||
      [...securityGroups.values()].some((group) => isIn(group) && group.id !== vpc.defaultGroupId) ||
      [...peerings.values()].some(
        ({ status, requester, accepter }) => status === 'active' && (isIn(requester) || isIn(accepter)),
      );
    if (isUsed) throw dependencyViolation(`The vpc '${vpc.id}' has dependencies and cannot be deleted.`);
    await commit(ec2, [
      { table: 'vpcs', id: vpc.id, record: undefined },
      { table: 'securityGroups', id: vpc.defaultGroupId, record: undefined },
    ]);
    return {};
  }),
);

/** EC2 takes one attribute a call. */
export const modifyVpcAttribute = operation<aws.ModifyVpcAttributeRequest, object>(
  ['VpcId', 'EnableDnsSupport', 'EnableDnsHostnames', 'EnableNetworkAddressUsageMetrics'],
  (ec2, input, caller) =>
    underVpc(ec2, input.VpcId, caller, async (vpc) => {
      const { EnableDnsSupport, EnableDnsHostnames, EnableNetworkAddressUsageMetrics } = input;
      const given = [EnableDnsSupport, EnableDnsHostnames, EnableNetworkAddressUsageMetrics].filter(
        (each) => each !== undefined,
      );
      if (given.length !== 1) {
        throw invalidCombination(
          given.length === 0 ? 'No attributes specified.' : 'Only one attribute can be modified at a time.',
        );
      }
      const value = given[0]!.Value;
      if (value === undefined) throw missingParameter('Value');
      const record: Vpc = {
        ...vpc,
        ...(EnableDnsSupport && { dnsSupport: value }),
        ...(EnableDnsHostnames && { dnsHostnames: value }),
        ...(EnableNetworkAddressUsageMetrics && { networkAddressUsageMetrics: value }),
      };
      await commit(ec2, [{ table: 'vpcs', id: vpc.id, record }]);
      return {};
    }),
);

export const describeVpcAttribute = operation<
  aws.DescribeVpcAttributeRequest,
  aws.DescribeVpcAttributeResult
>(['VpcId', 'Attribute'], ({ state }, { VpcId, Attribute }, caller) => {
  const vpc = findOwn(state.seen(), 'vpcs', VpcId, caller);
  switch (Attribute) {
    case 'enableDnsSupport':
      return { VpcId, EnableDnsSupport: { Value: vpc.dnsSupport } };
    case 'enableDnsHostnames':
      return { VpcId, EnableDnsHostnames: { Value: vpc.dnsHostnames } };
    case 'enableNetworkAddressUsageMetrics':
      return { VpcId, EnableNetworkAddressUsageMetrics: { Value: vpc.networkAddressUsageMetrics } };
    default:
      throw invalidCombination(`The attribute '${Attribute}' is not one of a VPC.`);
  }
});

/** Runs an action that changes a VPC of the caller, or what is in it, while nobody else does. */
export function underVpc<Result>(
  ec2: Ec2,
  vpcId: string | undefined,
  caller: Caller,
  action: (vpc: Vpc) => Promise<Result>,
): Promise<Result> {
  const { id } = findOwn(ec2.state.now(), 'vpcs', vpcId, caller);
  return ec2.locks.run([id], () => action(findOwn(ec2.state.now(), 'vpcs', id, caller)));
}
