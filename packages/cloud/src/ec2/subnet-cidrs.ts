import type * as aws from '@aws-sdk/client-ec2';
import { AwsError } from '@pointsman/aws-wire';
import { cidrOf, isWithin, overlapsAny, readIpv6Cidr } from './cidrs.ts';
import { commit } from './commit.ts';
import { type Ec2, operation } from './ec2.ts';
import { hexDigits } from './ids.ts';
import type { CidrAssociation, Subnet, Vpc } from './model.ts';
import { missingParameter } from './resources.ts';
import { writeSubnetIpv6Cidr } from './subnet-shapes.ts';
import { underSubnet } from './subnets.ts';

/** @throws AwsError InvalidSubnet.Range, InvalidSubnet.Conflict */
export function makeSubnetIpv6(
  { state, random }: Pick<Ec2, 'state' | 'random'>,
  vpc: Vpc,
  text: string,
): CidrAssociation {
  const cidr = readIpv6Cidr(text, 'ipv6CidrBlock', 64);
  if (!vpc.ipv6Cidrs.some((each) => isWithin(cidrOf(cidr), cidrOf(each.cidr)))) {
    throw new AwsError('InvalidSubnet.Range', `The CIDR '${text}' is invalid.`);
  }
  const others = [...state.now().subnets.values()].filter(({ vpcId }) => vpcId === vpc.id);
  if (
    overlapsAny(
      cidr,
      others.flatMap(({ ipv6Cidrs }) => ipv6Cidrs.map((each) => each.cidr)),
    )
  ) {
    throw new AwsError('InvalidSubnet.Conflict', `The CIDR '${text}' conflicts with another subnet`);
  }
  return { associationId: `subnet-cidr-assoc-${hexDigits(random, 17)}`, cidr };
}

export const associateSubnetCidrBlock = operation<
  aws.AssociateSubnetCidrBlockRequest,
  aws.AssociateSubnetCidrBlockResult
>(['SubnetId', 'Ipv6CidrBlock'], (ec2, { SubnetId, Ipv6CidrBlock }, caller) =>
  underSubnet(ec2, SubnetId, caller, async (subnet, vpc) => {
    if (Ipv6CidrBlock === undefined) throw missingParameter('Ipv6CidrBlock');
    if (subnet.ipv6Cidrs.length > 0) {
      throw new AwsError(
        'InvalidSubnet.Conflict',
        `The subnet '${subnet.id}' already has an IPv6 CIDR block associated with it.`,
      );
    }
    const association = makeSubnetIpv6(ec2, vpc, Ipv6CidrBlock);
    const record: Subnet = { ...subnet, ipv6Cidrs: [association] };
    await commit(ec2, [{ table: 'subnets', id: subnet.id, record }]);
    return { SubnetId: subnet.id, Ipv6CidrBlockAssociation: writeSubnetIpv6Cidr(association) };
  }),
);

export const disassociateSubnetCidrBlock = operation<
  aws.DisassociateSubnetCidrBlockRequest,
  aws.DisassociateSubnetCidrBlockResult
>(['AssociationId'], (ec2, { AssociationId }, caller) => {
  const isOf = ({ associationId }: CidrAssociation) => associationId === AssociationId;
  const unknown = () =>
    new AwsError(
      'InvalidSubnetCidrBlockAssociationID.NotFound',
      `The subnet CIDR block association ID '${AssociationId}' does not exist`,
    );
  const holder = [...ec2.state.now().subnets.values()].find(
    ({ account, region, ipv6Cidrs }) =>
      account === caller.account && region === caller.region && ipv6Cidrs.some(isOf),
  );
  if (!holder) throw unknown();
  return underSubnet(ec2, holder.id, caller, async (subnet) => {
    const association = subnet.ipv6Cidrs.find(isOf);
    if (!association) throw unknown();
    const isUsed = [...ec2.state.now().interfaces.values()].some(
      ({ subnetId, ipv6Addresses }) => subnetId === subnet.id && ipv6Addresses.length > 0,
    );
    if (isUsed) {
      throw new AwsError(
        'InvalidCidrBlock.InUse',
        `The subnet CIDR block with association ID ${AssociationId} may not be disassociated. It is being used by a network interface`,
      );
    }
    const record: Subnet = { ...subnet, ipv6Cidrs: [], assignIpv6AddressOnCreation: false };
    await commit(ec2, [{ table: 'subnets', id: subnet.id, record }]);
    return {
      SubnetId: subnet.id,
      Ipv6CidrBlockAssociation: {
        ...writeSubnetIpv6Cidr(association),
        Ipv6CidrBlockState: { State: 'disassociated' },
      },
    };
  });
});
