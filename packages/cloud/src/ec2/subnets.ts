import type * as aws from '@aws-sdk/client-ec2';
import { AwsError, type Caller } from '@pointsman/aws-wire';
import { countFree } from './addresses.ts';
import { cidrOf, isWithin, overlapsAny, readIpv4Cidr } from './cidrs.ts';
import { commit } from './commit.ts';
import { type Ec2, operation, PAGED } from './ec2.ts';
import type { FilterFields } from './filters.ts';
import { listOwn } from './listing.ts';
import type { Ec2State, Subnet, Vpc } from './model.ts';
import { dependencyViolation, findOwn, invalidCombination, missingParameter } from './resources.ts';
import { makeSubnetIpv6 } from './subnet-cidrs.ts';
import { subnetArn, writeSubnet } from './subnet-shapes.ts';
import { readTagSpecifications } from './tag-specifications.ts';
import { underVpc } from './vpcs.ts';
import { firstZone, requireZone, zoneIdOf, zoneOfId } from './zones.ts';

export const createSubnet = operation<aws.CreateSubnetRequest, aws.CreateSubnetResult>(
  ['VpcId', 'CidrBlock', 'Ipv6CidrBlock', 'AvailabilityZone', 'AvailabilityZoneId', 'TagSpecifications'],
  (ec2, input, caller) =>
    underVpc(ec2, input.VpcId, caller, async (vpc) => {
      if (input.CidrBlock === undefined) throw missingParameter('CidrBlock');
      const tags = readTagSpecifications(input.TagSpecifications, 'subnet');
      const cidr = readIpv4Cidr(input.CidrBlock, 'cidrBlock', 'InvalidSubnet.Range');
      requireRoom(ec2.state.now(), vpc, cidr);
      const subnet: Subnet = {
        id: ec2.makeId('subnet', tags),
        account: caller.account,
        region: caller.region,
        tags,
        vpcId: vpc.id,
        availabilityZone: chooseZone(input, caller),
        cidr,
        ipv6Cidrs: input.Ipv6CidrBlock === undefined ? [] : [makeSubnetIpv6(ec2, vpc, input.Ipv6CidrBlock)],
        mapPublicIpOnLaunch: false,
        assignIpv6AddressOnCreation: false,
      };
      await commit(ec2, [{ table: 'subnets', id: subnet.id, record: subnet }]);
      return { Subnet: writeSubnet(ec2.state.now(), subnet) };
    }),
);

function chooseZone(
  { AvailabilityZone, AvailabilityZoneId }: aws.CreateSubnetRequest,
  { region }: Caller,
): string {
  if (AvailabilityZone !== undefined && AvailabilityZoneId !== undefined) {
    throw invalidCombination('Only one of AvailabilityZone and AvailabilityZoneId can be specified.');
  }
  if (AvailabilityZoneId !== undefined) return zoneOfId(region, AvailabilityZoneId);
  return requireZone(region, AvailabilityZone ?? firstZone(region));
}

function requireRoom({ subnets }: Ec2State, vpc: Vpc, cidr: string): void {
  if (!vpc.cidrs.some((each) => isWithin(cidrOf(cidr), cidrOf(each.cidr)))) {
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${cidr}' is invalid.`);
  }
  const others = [...subnets.values()].filter(({ vpcId }) => vpcId === vpc.id);
  if (
    overlapsAny(
      cidr,
      others.map((each) => each.cidr),
    )
  ) {
    throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${cidr}' conflicts with another subnet`);
  }
}

const fields = (state: Ec2State): FilterFields<Subnet> => ({
  'subnet-id': ({ id }) => id,
  'subnet-arn': subnetArn,
  'vpc-id': ({ vpcId }) => vpcId,
  'availability-zone': ({ availabilityZone }) => availabilityZone,
  availabilityZone: ({ availabilityZone }) => availabilityZone,
  'availability-zone-id': ({ availabilityZone }) => zoneIdOf(availabilityZone),
  'available-ip-address-count': (subnet) => countFree(state, subnet),
  'cidr-block': ({ cidr }) => cidr,
  cidr: ({ cidr }) => cidr,
  cidrBlock: ({ cidr }) => cidr,
  'default-for-az': () => false,
  'ipv6-cidr-block-association.ipv6-cidr-block': ({ ipv6Cidrs }) => ipv6Cidrs.map(({ cidr }) => cidr),
  'ipv6-cidr-block-association.association-id': ({ ipv6Cidrs }) =>
    ipv6Cidrs.map((each) => each.associationId),
  'map-public-ip-on-launch': ({ mapPublicIpOnLaunch }) => mapPublicIpOnLaunch,
  'owner-id': ({ account }) => account,
  state: () => 'available',
});

export const describeSubnets = operation<aws.DescribeSubnetsRequest, aws.DescribeSubnetsResult>(
  ['SubnetIds', ...PAGED],
  (ec2, input, caller) => {
    const state = ec2.state.seen();
    const ids = { name: 'subnetIds', given: input.SubnetIds };
    const { page, NextToken } = listOwn(state, input, caller, {
      table: 'subnets',
      ids,
      fields: fields(state),
    });
    return { Subnets: page.map((subnet) => writeSubnet(state, subnet)), NextToken };
  },
);

export const deleteSubnet = operation<aws.DeleteSubnetRequest>(['SubnetId'], (ec2, { SubnetId }, caller) =>
  underSubnet(ec2, SubnetId, caller, async ({ id }) => {
    if ([...ec2.state.now().interfaces.values()].some(({ subnetId }) => subnetId === id)) {
      throw dependencyViolation(`The subnet '${id}' has dependencies and cannot be deleted.`);
    }
    await commit(ec2, [{ table: 'subnets', id, record: undefined }]);
    return {};
  }),
);

export const modifySubnetAttribute = operation<aws.ModifySubnetAttributeRequest>(
  ['SubnetId', 'MapPublicIpOnLaunch', 'AssignIpv6AddressOnCreation'],
  (ec2, { SubnetId, MapPublicIpOnLaunch, AssignIpv6AddressOnCreation }, caller) =>
    underSubnet(ec2, SubnetId, caller, async (subnet) => {
      if ((MapPublicIpOnLaunch === undefined) === (AssignIpv6AddressOnCreation === undefined)) {
        throw invalidCombination('Exactly one attribute has to be specified.');
      }
      if (AssignIpv6AddressOnCreation?.Value && subnet.ipv6Cidrs.length === 0) {
        throw new AwsError(
          'InvalidParameterValue',
          `Invalid value 'true' for assignIpv6AddressOnCreation. Subnet '${subnet.id}' does not have an IPv6 CIDR block.`,
        );
      }
      const record: Subnet = {
        ...subnet,
        mapPublicIpOnLaunch: MapPublicIpOnLaunch?.Value ?? subnet.mapPublicIpOnLaunch,
        assignIpv6AddressOnCreation: AssignIpv6AddressOnCreation?.Value ?? subnet.assignIpv6AddressOnCreation,
      };
      await commit(ec2, [{ table: 'subnets', id: subnet.id, record }]);
      return {};
    }),
);

/** Runs an action that changes a subnet of the caller, or what is in it, while nobody else changes its VPC. */
export function underSubnet<Result>(
  ec2: Ec2,
  subnetId: string | undefined,
  caller: Caller,
  action: (subnet: Subnet, vpc: Vpc) => Promise<Result>,
): Promise<Result> {
  const { id, vpcId } = findOwn(ec2.state.now(), 'subnets', subnetId, caller);
  return underVpc(ec2, vpcId, caller, (vpc) => action(findOwn(ec2.state.now(), 'subnets', id, caller), vpc));
}
