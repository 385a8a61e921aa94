/**
 * What makes a cloud real: the networks, interfaces and machines behind its API. The cloud decides and remembers; a fabric carries out, and decides nothing.
 *
 * - IDs are EC2's (`vpc-…`, `eni-…`), CIDRs and addresses are text in their normal form (RFC 5952 for IPv6).
 * - `put…` makes a thing or brings it to what is given; `delete…` of what is not there does nothing.
 * - A call resolves when it is so. One that throws has changed nothing that a second try would not put right.
 * - Nobody calls concurrently for one ID; the cloud sees to that.
 */
export type Fabric = {
  putVpc(vpc: FabricVpc): Promise<void>;
  deleteVpc(vpcId: string): Promise<void>;
  putSubnet(subnet: FabricSubnet): Promise<void>;
  deleteSubnet(subnetId: string): Promise<void>;
  /** Both ways, for the CIDRs of the two VPCs only. */
  putPeering(peering: FabricPeering): Promise<void>;
  deletePeering(peeringId: string): Promise<void>;
  putSecurityGroup(group: FabricSecurityGroup): Promise<void>;
  deleteSecurityGroup(groupId: string): Promise<void>;
  /** What DHCP hands to the clients of a VPC from their next renewal on; undefined: nothing but addresses and the gateway. */
  putDhcpOptions(vpcId: string, options: FabricDhcpOptions | undefined): Promise<void>;
  putInterface(networkInterface: FabricInterface): Promise<void>;
  deleteInterface(interfaceId: string): Promise<void>;
  /** The interface is in the machine then, with its MAC address and nothing else: no address, no route, and down. */
  attachInterface(attachment: FabricAttachment): Promise<void>;
  /** The interface is in no machine then. Without `force` the machine may hinder it. */
  detachInterface(interfaceId: string, options: { force: boolean }): Promise<void>;
  /**
   * Boots a machine whose primary interface is `put` already and goes into it: it comes up with DHCP, and runs its user data at its first boot.
   * A machine that was stopped keeps its disk and its primary interface; the others are attached again once it is started.
   */
  startInstance(instance: FabricInstance): Promise<void>;
  /** Ends all that runs in the machine; its disk stays. Its interfaces but the primary one have been detached before. */
  stopInstance(instanceId: string): Promise<void>;
  rebootInstance(instanceId: string): Promise<void>;
  /** Stops the machine and forgets its disk. Its interfaces, the primary one too, have been detached before. */
  terminateInstance(instanceId: string): Promise<void>;
  /** Of an instance from now on; of one that is not there it does nothing. `limit` as `metadataHopLimit` has it. */
  setMetadataHopLimit(instanceId: string, limit: number): Promise<void>;
  /** What EC2's instance status check would find: whether the machine runs and its network answers. */
  instanceStatus(instanceId: string): Promise<'ok' | 'impaired'>;
};

export type FabricVpc = {
  id: string;
  region: string;
  /** The first is the primary one: the VPC resolver is at its base plus two. */
  cidrs: readonly string[];
  ipv6Cidrs: readonly string[];
  dnsSupport: boolean;
  dnsHostnames: boolean;
};

/** The gateway has the base address plus one. */
export type FabricSubnet = {
  id: string;
  vpcId: string;
  availabilityZone: string;
  cidr: string;
  ipv6Cidr?: string;
};

export type FabricPeering = { id: string; vpcIds: readonly [requester: string, accepter: string] };

export type FabricSecurityGroup = {
  id: string;
  vpcId: string;
  ingress: readonly FabricPermission[];
  egress: readonly FabricPermission[];
};

/** `protocol` is EC2's: `tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `-1` for all. Ports are inclusive. */
export type FabricPermission = {
  protocol: string;
  fromPort?: number;
  toPort?: number;
  cidrs: readonly string[];
  /** Members of these groups, in this VPC or a peered one. */
  groupIds: readonly string[];
};

export type FabricDhcpOptions = {
  domainName?: string;
  /** Addresses; `AmazonProvidedDNS` is the VPC resolver. */
  domainNameServers: readonly string[];
  ntpServers: readonly string[];
};

export type FabricInterface = {
  id: string;
  subnetId: string;
  /** Six bytes in hexadecimal, with colons. */
  mac: string;
  /** IPv4 and IPv6, the primary address first. */
  addresses: readonly string[];
  securityGroupIds: readonly string[];
  sourceDestCheck: boolean;
};

export type FabricAttachment = { interfaceId: string; instanceId: string; deviceIndex: number };

export type FabricInstance = {
  id: string;
  vpcId: string;
  subnetId: string;
  availabilityZone: string;
  primaryInterfaceId: string;
  /** As given to RunInstances, decoded; run by the machine at its first boot when it begins with `#!`. */
  userData?: Uint8Array;
  /** How many hops the metadata service's packets to the instance go, 1 to 64: 1 unless given, so that none gets further than the instance. */
  metadataHopLimit?: number;
};
