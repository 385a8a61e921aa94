import type * as aws from '@aws-sdk/client-ec2';
import { AwsError } from '@pointsman/aws-wire';
import { cidrOf, isWithin, overlapsAny, readIpv4Cidr, readIpv6Cidr } from './cidrs.ts';
import { commit } from './commit.ts';
import { letIpv6Out } from './default-group.ts';
import { type Ec2, operation } from './ec2.ts';
import { hexDigits } from './ids.ts';
import type { CidrAssociation, Ec2State, Vpc } from './model.ts';
import { invalidCombination, missingParameter } from './resources.ts';
import { writeCidr, writeVpcIpv6Cidr } from './vpc-shapes.ts';
import { underVpc } from './vpcs.ts';

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const MOST_CIDRS = 5;

export function makeCidr({ random }: Pick<Ec2, 'random'>, cidr: string): CidrAssociation {
  return { associationId: `vpc-cidr-assoc-${hexDigits(random, 17)}`, cidr };
}

type Ipv6Request = Pick<
  aws.CreateVpcRequest,
  'AmazonProvidedIpv6CidrBlock' | 'Ipv6CidrBlock' | 'Ipv6Pool' | 'Ipv6CidrBlockNetworkBorderGroup'
>;

/** The IPv6 CIDR that a request asks for: the caller's own out of a pool, or one of Amazon's. @throws AwsError */
export function ipv6CidrFor({ random }: Pick<Ec2, 'random'>, input: Ipv6Request): string | undefined {
  if (input.Ipv6CidrBlock !== undefined) {
    if (input.Ipv6Pool === undefined) throw missingParameter('Ipv6Pool');
    return readIpv6Cidr(input.Ipv6CidrBlock, 'ipv6CidrBlock', 60);
  }
  if (input.Ipv6Pool !== undefined) throw missingParameter('Ipv6CidrBlock');
  if (!input.AmazonProvidedIpv6CidrBlock) return undefined;
  const hex = hexDigits(random, 6);
  return readIpv6Cidr(`2600:1f18:${hex.slice(0, 4)}:${hex.slice(4)}00::/56`, 'ipv6CidrBlock', 60);
}

/** A VPC may overlap with others; that matters only when they are to be peered. */
export const associateVpcCidrBlock = operation<
  aws.AssociateVpcCidrBlockRequest,
  aws.AssociateVpcCidrBlockResult
>(['VpcId', 'CidrBlock', 'AmazonProvidedIpv6CidrBlock', 'Ipv6CidrBlock', 'Ipv6Pool'], (ec2, input, caller) =>
  underVpc(ec2, input.VpcId, caller, async (vpc) => {
    const ipv6 = ipv6CidrFor(ec2, input);
    if ((ipv6 === undefined) === (input.CidrBlock === undefined)) {
      throw invalidCombination('Exactly one of an IPv4 and an IPv6 CIDR block has to be specified.');
    }
    const cidr = ipv6 ?? readIpv4Cidr(input.CidrBlock, 'cidrBlock', 'InvalidVpc.Range');
    const list = ipv6 === undefined ? 'cidrs' : 'ipv6Cidrs';
    requireRoom(ec2.state.now(), vpc, list, cidr);
    const association = makeCidr(ec2, cidr);
    const record: Vpc = { ...vpc, [list]: [...vpc[list], association] };
    await commit(ec2, [
      { table: 'vpcs', id: vpc.id, record },
      ...(ipv6 === undefined ? [] : letIpv6Out(ec2, ec2.state.now(), vpc)),
    ]);
    return ipv6 === undefined
      ? { VpcId: vpc.id, CidrBlockAssociation: writeCidr(association) }
      : { VpcId: vpc.id, Ipv6CidrBlockAssociation: writeVpcIpv6Cidr(association) };
  }),
);

function requireRoom(state: Ec2State, vpc: Vpc, list: 'cidrs' | 'ipv6Cidrs', cidr: string): void {
  if (vpc[list].length >= MOST_CIDRS) {
    throw new AwsError(
      'CidrLimitExceeded',
      `This network '${vpc.id}' has met its maximum number of allowed CIDRs: ${MOST_CIDRS}`,
    );
  }
  const peers = [...state.peerings.values()].flatMap(({ status, requester, accepter }) => {
    if (status !== 'active') return [];
    if (requester.vpcId === vpc.id) return [accepter.vpcId];
    return accepter.vpcId === vpc.id ? [requester.vpcId] : [];
  });
  const taken = [vpc, ...peers.map((id) => state.vpcs.get(id)).filter((each) => each !== undefined)];
  for (const other of taken) {
    if (
      !overlapsAny(
        cidr,
        other[list].map((each) => each.cidr),
      )
    )
      continue;
    throw new AwsError('CidrConflict', `The CIDR '${cidr}' conflicts with a CIDR block of '${other.id}'`);
  }
}

export const disassociateVpcCidrBlock = operation<
  aws.DisassociateVpcCidrBlockRequest,
  aws.DisassociateVpcCidrBlockResult
>(['AssociationId'], (ec2, { AssociationId }, caller) => {
  const isOf = ({ associationId }: CidrAssociation) => associationId === AssociationId;
  const holder = [...ec2.state.now().vpcs.values()].find(
    ({ account, region, cidrs, ipv6Cidrs }) =>
      account === caller.account && region === caller.region && [...cidrs, ...ipv6Cidrs].some(isOf),
  );
  const unknown = () =>
    new AwsError(
      'InvalidVpcCidrBlockAssociationID.NotFound',
      `The vpc CIDR block association ID '${AssociationId}' does not exist`,
    );
  if (!holder) throw unknown();
  return underVpc(ec2, holder.id, caller, async (vpc) => {
    const association = [...vpc.cidrs, ...vpc.ipv6Cidrs].find(isOf);
    if (!association) throw unknown();
    requireUnused(ec2.state.now(), vpc, association);
    const without = (list: readonly CidrAssociation[]) => list.filter((each) => each !== association);
    const record: Vpc = { ...vpc, cidrs: without(vpc.cidrs), ipv6Cidrs: without(vpc.ipv6Cidrs) };
    await commit(ec2, [{ table: 'vpcs', id: vpc.id, record }]);
    const state = { State: 'disassociated' as const };
    return association.cidr.includes(':')
      ? {
          VpcId: vpc.id,
          Ipv6CidrBlockAssociation: { ...writeVpcIpv6Cidr(association), Ipv6CidrBlockState: state },
        }
      : { VpcId: vpc.id, CidrBlockAssociation: { ...writeCidr(association), CidrBlockState: state } };
  });
});

function requireUnused(state: Ec2State, vpc: Vpc, association: CidrAssociation): void {
  if (association === vpc.cidrs[0]) {
    throw new AwsError(
      'OperationNotPermitted',
      `The vpc CIDR block with association ID ${association.associationId} may not be disassociated. It is the primary IPv4 CIDR block of the VPC`,
    );
  }
  const block = cidrOf(association.cidr);
  const isUsed = [...state.subnets.values()].some(
    (subnet) =>
      subnet.vpcId === vpc.id &&
      [subnet.cidr, ...subnet.ipv6Cidrs.map(({ cidr }) => cidr)].some((cidr) =>
        isWithin(cidrOf(cidr), block),
      ),
  );
  if (!isUsed) return;
  throw new AwsError(
    'InvalidCidrBlock.InUse',
    `The vpc CIDR block with association ID ${association.associationId} may not be disassociated. It is being used by a subnet`,
  );
}
