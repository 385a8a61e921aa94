import type * as aws from '@aws-sdk/client-ec2';
import { countFree } from './addresses.ts';
import type { CidrAssociation, Ec2State, Subnet } from './model.ts';
import { writeTags } from './tag-specifications.ts';
import { zoneIdOf } from './zones.ts';

export function writeSubnet(state: Ec2State, subnet: Subnet): aws.Subnet {
  return {
    SubnetId: subnet.id,
    SubnetArn: subnetArn(subnet),
    OwnerId: subnet.account,
    VpcId: subnet.vpcId,
    State: 'available',
    CidrBlock: subnet.cidr,
    AvailableIpAddressCount: countFree(state, subnet),
    AvailabilityZone: subnet.availabilityZone,
    AvailabilityZoneId: zoneIdOf(subnet.availabilityZone),
    DefaultForAz: false,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    AssignIpv6AddressOnCreation: subnet.assignIpv6AddressOnCreation,
    Ipv6CidrBlockAssociationSet: subnet.ipv6Cidrs.map(writeSubnetIpv6Cidr),
    Ipv6Native: false,
    EnableDns64: false,
    Tags: writeTags(subnet.tags),
  };
}

export function subnetArn({ region, account, id }: Subnet): string {
  return `arn:aws:ec2:${region}:${account}:subnet/${id}`;
}

export function writeSubnetIpv6Cidr({
  associationId,
  cidr,
}: CidrAssociation): aws.SubnetIpv6CidrBlockAssociation {
  return {
    AssociationId: associationId,
    Ipv6CidrBlock: cidr,
    Ipv6CidrBlockState: { State: 'associated' },
  };
}
