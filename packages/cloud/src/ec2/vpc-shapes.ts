import type * as aws from '@aws-sdk/client-ec2';
import type { CidrAssociation, Vpc } from './model.ts';
import { writeTags } from './tag-specifications.ts';

export function writeVpc(vpc: Vpc): aws.Vpc {
  return {
    VpcId: vpc.id,
    OwnerId: vpc.account,
    State: 'available',
    CidrBlock: vpc.cidrs[0]!.cidr,
    CidrBlockAssociationSet: vpc.cidrs.map(writeCidr),
    Ipv6CidrBlockAssociationSet: vpc.ipv6Cidrs.map(writeVpcIpv6Cidr),
    DhcpOptionsId: vpc.dhcpOptionsId,
    InstanceTenancy: 'default',
    IsDefault: false,
    Tags: writeTags(vpc.tags),
  };
}

export function writeCidr({ associationId, cidr }: CidrAssociation): aws.VpcCidrBlockAssociation {
  return { AssociationId: associationId, CidrBlock: cidr, CidrBlockState: { State: 'associated' } };
}

export function writeVpcIpv6Cidr({ associationId, cidr }: CidrAssociation): aws.VpcIpv6CidrBlockAssociation {
  return {
    AssociationId: associationId,
    Ipv6CidrBlock: cidr,
    Ipv6CidrBlockState: { State: 'associated' },
    Ipv6Pool: 'Amazon',
  };
}
