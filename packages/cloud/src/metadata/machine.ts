/** What the metadata service knows of the instance that asks: a picture of the moment, in EC2's words. */
export type Machine = {
  instanceId: string;
  account: string;
  region: string;
  availabilityZone: string;
  instanceType: string;
  imageId: string;
  architecture: string;
  hostname: string;
  /** Milliseconds since 1970. */
  launchedAt: number;
  /** The primary one first. */
  interfaces: readonly MachineInterface[];
  userData?: Uint8Array;
  profile?: MachineProfile;
  /** Where Auto Scaling wants the instance: `InService`, `Terminated`, …; undefined outside of a group. */
  targetLifecycleState?: string;
  /** Where instance metadata tags are enabled. */
  tags?: Readonly<Record<string, string>>;
};

export type MachineInterface = {
  id: string;
  /** Six bytes in hexadecimal, with colons. */
  mac: string;
  deviceNumber: number;
  /** Milliseconds since 1970. */
  attachedAt: number;
  ownerAccount: string;
  subnetId: string;
  vpcId: string;
  /** The primary address first. */
  ipv4Addresses: readonly string[];
  ipv6Addresses: readonly string[];
  subnetIpv4Cidr: string;
  subnetIpv6Cidrs: readonly string[];
  /** The primary one first. */
  vpcIpv4Cidrs: readonly string[];
  vpcIpv6Cidrs: readonly string[];
  securityGroupIds: readonly string[];
};

export type MachineProfile = {
  arn: string;
  id: string;
  roleName: string;
  /** Called when somebody asks for them: the same ones until they are about to expire. */
  credentials: () => MachineCredentials;
};

export type MachineCredentials = {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  /** Milliseconds since 1970. */
  issuedAt: number;
  expiresAt: number;
};
