import type * as aws from '@aws-sdk/client-ec2';
import type { FilterFields } from './filters.ts';
import type { Ec2State, Peering, PeeringSide } from './model.ts';
import { writeTags } from './tag-specifications.ts';

export const PEERING_FIELDS: FilterFields<Peering> = {
  'vpc-peering-connection-id': ({ id }) => id,
  'status-code': ({ status }) => status,
  'status-message': ({ message }) => message,
  'requester-vpc-info.vpc-id': ({ requester }) => requester.vpcId,
  'requester-vpc-info.owner-id': ({ requester }) => requester.account,
  'accepter-vpc-info.vpc-id': ({ accepter }) => accepter.vpcId,
  'accepter-vpc-info.owner-id': ({ accepter }) => accepter.account,
};

export function writePeering(state: Ec2State, peering: Peering): aws.VpcPeeringConnection {
  const { id, status, message, requester, accepter, expires, tags } = peering;
  return {
    VpcPeeringConnectionId: id,
    Status: { Code: status, Message: message },
    RequesterVpcInfo: writeSide(state, requester),
    AccepterVpcInfo: writeSide(state, accepter),
    ...(status === 'pending-acceptance' && { ExpirationTime: new Date(expires) }),
    Tags: writeTags(tags),
  };
}

/** Of a VPC that is not there, only what the request said. */
function writeSide({ vpcs }: Ec2State, side: PeeringSide): aws.VpcPeeringConnectionVpcInfo {
  const vpc = vpcs.get(side.vpcId);
  const isIt = vpc?.account === side.account && vpc.region === side.region;
  return {
    VpcId: side.vpcId,
    OwnerId: side.account,
    Region: side.region,
    ...(isIt && {
      CidrBlock: vpc.cidrs[0]!.cidr,
      CidrBlockSet: vpc.cidrs.map(({ cidr }) => ({ CidrBlock: cidr })),
      Ipv6CidrBlockSet: vpc.ipv6Cidrs.map(({ cidr }) => ({ Ipv6CidrBlock: cidr })),
      PeeringOptions: {
        AllowDnsResolutionFromRemoteVpc: false,
        AllowEgressFromLocalClassicLinkToRemoteVpc: false,
        AllowEgressFromLocalVpcToRemoteClassicLink: false,
      },
    }),
  };
}
