import type { Ec2Api } from '@pointsman/cloud';
import type { LabSubnet, LabVpc } from './plan.ts';
import type { Caller } from './seed.ts';
import { NETWORK_TAG, tagsOf } from './seed-tags.ts';

/** Its ID; it has its CIDRs, attributes and DHCP option set then. */
export async function createVpc(ec2: Ec2Api, vpc: LabVpc, caller: Caller): Promise<string> {
  const { network, cidrs, ipv6Cidrs, dnsSupport, dnsHostnames, dhcp } = vpc;
  const [first, ...others] = cidrs;
  const tags = tagsOf('vpc', { Name: network, [NETWORK_TAG]: network });
  const VpcId = (await ec2.CreateVpc({ CidrBlock: first, ...tags }, caller)).Vpc!.VpcId!;
  for (const CidrBlock of others) await ec2.AssociateVpcCidrBlock({ VpcId, CidrBlock }, caller);
  for (const Ipv6CidrBlock of ipv6Cidrs)
    await ec2.AssociateVpcCidrBlock({ VpcId, Ipv6CidrBlock, Ipv6Pool: IPV6_POOL }, caller);
  await ec2.ModifyVpcAttribute({ VpcId, EnableDnsSupport: { Value: dnsSupport } }, caller);
  await ec2.ModifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: dnsHostnames } }, caller);
  const DhcpOptionsId = await createDhcpOptions(ec2, network, dhcp, caller);
  await ec2.AssociateDhcpOptions({ VpcId, DhcpOptionsId }, caller);
  return VpcId;
}

/** Stands for a pool of addresses that the company has brought to AWS. */
const IPV6_POOL = 'ipv6pool-ec2-pointsman';

async function createDhcpOptions(
  ec2: Ec2Api,
  network: string,
  { domainName, domainNameServers }: LabVpc['dhcp'],
  caller: Caller,
): Promise<string> {
  const DhcpConfigurations = [
    ...(domainName === undefined ? [] : [{ Key: 'domain-name', Values: [domainName.replace(/\.$/, '')] }]),
    ...(domainNameServers.length === 0
      ? []
      : [{ Key: 'domain-name-servers', Values: [...domainNameServers] }]),
  ];
  if (DhcpConfigurations.length === 0) return 'default';
  const tags = tagsOf('dhcp-options', { Name: network });
  const { DhcpOptions } = await ec2.CreateDhcpOptions({ DhcpConfigurations, ...tags }, caller);
  return DhcpOptions!.DhcpOptionsId!;
}

export async function createSubnet(
  ec2: Ec2Api,
  VpcId: string,
  { name, cidr, ipv6Cidr, availabilityZone }: LabSubnet,
  caller: Caller,
): Promise<string> {
  const { Subnet } = await ec2.CreateSubnet(
    {
      VpcId,
      CidrBlock: cidr,
      ...(ipv6Cidr !== undefined && { Ipv6CidrBlock: ipv6Cidr }),
      AvailabilityZone: availabilityZone,
      ...tagsOf('subnet', { Name: name }),
    },
    caller,
  );
  return Subnet!.SubnetId!;
}

const DNS_PORT = 53;

/** Lets anybody ask: a group has room for 60 rules, and members know their clients themselves. */
export async function createDnsGroup(ec2: Ec2Api, VpcId: string, caller: Caller): Promise<string> {
  const Description = 'DNS from every network';
  const { GroupId } = await ec2.CreateSecurityGroup({ GroupName: 'dns', Description, VpcId }, caller);
  const IpPermissions = ['udp', 'tcp'].map((IpProtocol) => ({
    IpProtocol,
    FromPort: DNS_PORT,
    ToPort: DNS_PORT,
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
    Ipv6Ranges: [{ CidrIpv6: '::/0' }],
  }));
  await ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions }, caller);
  return GroupId!;
}
