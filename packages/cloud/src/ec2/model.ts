/**
 * What EC2 keeps, in its own words: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Types.html. Records never change; an operation puts
 * new ones in their place. CIDRs and addresses are text in their normal form.
 */

export type Tags = Readonly<Record<string, string>>;

/** What every resource has. A region and an account see only their own. */
export type Owned = { id: string; account: string; region: string; tags: Tags };

export type CidrAssociation = { associationId: string; cidr: string };

export type Vpc = Owned & {
  /** The first is the primary one. */
  cidrs: readonly CidrAssociation[];
  ipv6Cidrs: readonly CidrAssociation[];
  dnsSupport: boolean;
  dnsHostnames: boolean;
  networkAddressUsageMetrics: boolean;
  /** `default`: none. */
  dhcpOptionsId: string;
  defaultGroupId: string;
};

export type Subnet = Owned & {
  vpcId: string;
  availabilityZone: string;
  cidr: string;
  ipv6Cidrs: readonly CidrAssociation[];
  mapPublicIpOnLaunch: boolean;
  assignIpv6AddressOnCreation: boolean;
};

export type DhcpOptions = Owned & {
  /** As they were given: name and values. */
  configurations: readonly { key: string; values: readonly string[] }[];
};

export type PeeringStatus = 'pending-acceptance' | 'active' | 'rejected' | 'deleted' | 'expired' | 'failed';

export type PeeringSide = { vpcId: string; account: string; region: string };

/** Of the requester's account and region; the accepter sees it too. */
export type Peering = Owned & {
  requester: PeeringSide;
  accepter: PeeringSide;
  status: PeeringStatus;
  message: string;
  /** Milliseconds since 1970: when a request that nobody accepts ends. */
  expires: number;
};

export type SecurityGroupRule = {
  id: string;
  egress: boolean;
  /** `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all. */
  protocol: string;
  fromPort?: number | undefined;
  toPort?: number | undefined;
  /** Exactly one of the three. */
  cidr?: string | undefined;
  ipv6Cidr?: string | undefined;
  group?: { id: string; account: string; peeringId?: string | undefined } | undefined;
  description?: string | undefined;
  tags: Tags;
};

export type SecurityGroup = Owned & {
  vpcId: string;
  name: string;
  description: string;
  rules: readonly SecurityGroupRule[];
};

export type Attachment = {
  id: string;
  instanceId: string;
  instanceAccount: string;
  deviceIndex: number;
  status: 'attaching' | 'attached' | 'detaching';
  /** Milliseconds since 1970. */
  since: number;
  deleteOnTermination: boolean;
};

export type NetworkInterface = Owned & {
  vpcId: string;
  subnetId: string;
  availabilityZone: string;
  mac: string;
  description: string;
  /** The first is the primary one. */
  addresses: readonly string[];
  ipv6Addresses: readonly string[];
  groupIds: readonly string[];
  sourceDestCheck: boolean;
  attachment?: Attachment | undefined;
};

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

export type Instance = Owned & {
  reservationId: string;
  launchIndex: number;
  imageId: string;
  instanceType: string;
  vpcId: string;
  subnetId: string;
  availabilityZone: string;
  primaryInterfaceId: string;
  state: InstanceState;
  stateReason?: { code: string; message: string } | undefined;
  transitionReason: string;
  /** Milliseconds since 1970. */
  launched: number;
  keyName?: string | undefined;
  clientToken?: string | undefined;
  /** In base64, as it was given. */
  userData?: string | undefined;
  instanceProfileArn?: string | undefined;
  disableApiTermination: boolean;
  metadataOptions: MetadataOptions;
};

export type MetadataOptions = {
  httpTokens: string;
  httpPutResponseHopLimit: number;
  httpEndpoint: string;
  instanceMetadataTags: string;
};

export type LaunchTemplateVersion = {
  number: number;
  description?: string | undefined;
  /** Milliseconds since 1970. */
  created: number;
  /** In AWS's shape (RequestLaunchTemplateData). */
  data: object;
};

export type LaunchTemplate = Owned & {
  name: string;
  created: number;
  defaultVersion: number;
  versions: readonly LaunchTemplateVersion[];
};

/** What a record of each table is. */
export type Ec2Records = {
  vpcs: Vpc;
  subnets: Subnet;
  dhcpOptions: DhcpOptions;
  peerings: Peering;
  securityGroups: SecurityGroup;
  interfaces: NetworkInterface;
  instances: Instance;
  launchTemplates: LaunchTemplate;
};

/** Of all accounts and regions, by ID. */
export type Ec2State = { readonly [Table in keyof Ec2Records]: ReadonlyMap<string, Ec2Records[Table]> };

export const EMPTY_STATE: Ec2State = {
  vpcs: new Map(),
  subnets: new Map(),
  dhcpOptions: new Map(),
  peerings: new Map(),
  securityGroups: new Map(),
  interfaces: new Map(),
  instances: new Map(),
  launchTemplates: new Map(),
};
