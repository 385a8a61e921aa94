import type { Cloud } from '@pointsman/cloud';
import { formatAddress, parseCidr } from '@pointsman/core/address';
import { OWNER, REGION } from './agent-machines.ts';

/** Members `a` and `b`, in the availability zones of their names. */
export const MEMBERS: Readonly<Record<string, string>> = { a: '10.10.1.53', b: '10.10.2.53' };

export type AgentVpc = {
  vpcId: string;
  groupId: string;
  /** One in each of the zones `a`, `b` and `c`, by zone: its ID, and the first half of its IPv6 addresses. */
  subnets: Readonly<Record<string, { id: string; ipv6: string | undefined }>>;
  cidrs: readonly string[];
};

export type VpcOptions = {
  /** Of whom there are interfaces. */
  members: readonly string[];
  /** IPv6 too. */
  dualStack: boolean;
};

export async function makeVpc({ ec2 }: Cloud, { members, dualStack }: VpcOptions): Promise<AgentVpc> {
  const { Vpc } = await ec2.CreateVpc(
    { CidrBlock: '10.10.0.0/16', AmazonProvidedIpv6CidrBlock: dualStack },
    OWNER,
  );
  const vpcId = Vpc!.VpcId!;
  const ipv6 = Vpc!.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock;
  const subnets: Record<string, { id: string; ipv6: string | undefined }> = {};
  for (const [index, zone] of ['a', 'b', 'c'].entries()) {
    const half = ipv6 === undefined ? undefined : halfOf(ipv6, index + 1);
    const { Subnet } = await ec2.CreateSubnet(
      {
        ...{ VpcId: vpcId, CidrBlock: `10.10.${index + 1}.0/24`, AvailabilityZone: `${REGION}${zone}` },
        ...(half !== undefined && { Ipv6CidrBlock: `${half}/64` }),
      },
      OWNER,
    );
    subnets[zone] = { id: Subnet!.SubnetId!, ipv6: half };
  }
  const { GroupId } = await ec2.CreateSecurityGroup(
    { VpcId: vpcId, GroupName: 'dns', Description: 'dns' },
    OWNER,
  );
  const cidrs = ['10.10.0.0/16', ...(ipv6 === undefined ? [] : [ipv6])];
  const IpRanges = [{ CidrIp: '10.10.0.0/16' }];
  const Ipv6Ranges = ipv6 === undefined ? [] : [{ CidrIpv6: ipv6 }];
  await ec2.AuthorizeSecurityGroupIngress(
    { GroupId, IpPermissions: [{ IpProtocol: '-1', IpRanges, Ipv6Ranges }] },
    OWNER,
  );
  for (const member of members) {
    const { id, ipv6: half } = subnets[member]!;
    const Tags = [
      { Key: 'pointsman:tier', Value: 'acme/main' },
      { Key: 'pointsman:member', Value: member },
    ];
    await ec2.CreateNetworkInterface(
      {
        SubnetId: id,
        PrivateIpAddress: MEMBERS[member]!,
        Groups: [GroupId!],
        ...(half !== undefined && { Ipv6Addresses: [{ Ipv6Address: `${half}53` }] }),
        TagSpecifications: [{ ResourceType: 'network-interface', Tags }],
      },
      OWNER,
    );
  }
  return { vpcId, subnets, groupId: GroupId!, cidrs };
}

/** Of the subnet of that number in a block of 56 bits: `2600:1f18:1234:5601::`. */
function halfOf(block: string, number: number): string {
  const bytes = Uint8Array.from(parseCidr(block)!.bytes);
  bytes[7] = number;
  return formatAddress(bytes);
}
