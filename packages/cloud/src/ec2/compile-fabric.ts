import type {
  FabricDhcpOptions,
  FabricInterface,
  FabricPeering,
  FabricPermission,
  FabricSecurityGroup,
  FabricSubnet,
  FabricVpc,
} from '../fabric/fabric.ts';
import type {
  DhcpOptions,
  NetworkInterface,
  Peering,
  SecurityGroup,
  SecurityGroupRule,
  Subnet,
  Vpc,
} from './model.ts';

/** What a fabric is told of a VPC. */
export function compileVpc({ id, region, cidrs, ipv6Cidrs, dnsSupport, dnsHostnames }: Vpc): FabricVpc {
  return {
    id,
    region,
    cidrs: cidrs.map(({ cidr }) => cidr),
    ipv6Cidrs: ipv6Cidrs.map(({ cidr }) => cidr),
    dnsSupport,
    dnsHostnames,
  };
}

export function compileSubnet({ id, vpcId, availabilityZone, cidr, ipv6Cidrs }: Subnet): FabricSubnet {
  const [ipv6] = ipv6Cidrs;
  return { id, vpcId, availabilityZone, cidr, ...(ipv6 && { ipv6Cidr: ipv6.cidr }) };
}

/** Undefined for a peering that carries nothing. */
export function compilePeering({ id, status, requester, accepter }: Peering): FabricPeering | undefined {
  return status === 'active' ? { id, vpcIds: [requester.vpcId, accepter.vpcId] } : undefined;
}

export function compileInterface(each: NetworkInterface): FabricInterface {
  const { id, subnetId, mac, addresses, ipv6Addresses, groupIds, sourceDestCheck } = each;
  return {
    id,
    subnetId,
    mac,
    addresses: [...addresses, ...ipv6Addresses],
    securityGroupIds: groupIds,
    sourceDestCheck,
  };
}

export function compileSecurityGroup({ id, vpcId, rules }: SecurityGroup): FabricSecurityGroup {
  const compile = (egress: boolean) => rules.filter((rule) => rule.egress === egress).map(compileRule);
  return { id, vpcId, ingress: compile(false), egress: compile(true) };
}

function compileRule({
  protocol,
  fromPort,
  toPort,
  cidr,
  ipv6Cidr,
  group,
}: SecurityGroupRule): FabricPermission {
  return {
    protocol,
    ...(fromPort !== undefined && { fromPort }),
    ...(toPort !== undefined && { toPort }),
    cidrs: [cidr, ipv6Cidr].filter((each) => each !== undefined),
    groupIds: group ? [group.id] : [],
  };
}

/** What DHCP hands out in a VPC: https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSet.html */
export function compileDhcpOptions(dhcpOptions: DhcpOptions | undefined): FabricDhcpOptions | undefined {
  if (!dhcpOptions) return undefined;
  const valuesOf = (key: string) =>
    dhcpOptions.configurations.find((configuration) => configuration.key === key)?.values ?? [];
  const [domainName] = valuesOf('domain-name');
  const options = {
    ...(domainName !== undefined && { domainName }),
    domainNameServers: valuesOf('domain-name-servers'),
    ntpServers: valuesOf('ntp-servers'),
  };
  const isEmpty =
    domainName === undefined && options.domainNameServers.length + options.ntpServers.length === 0;
  return isEmpty ? undefined : options;
}

/** Where the names of a region's instances stand. */
export function regionDomain(region: string): string {
  return region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`;
}
