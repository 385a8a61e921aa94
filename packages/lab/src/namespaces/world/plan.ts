import type { ForwarderConfig } from '@pointsman/core/config';
import type { EngineKind } from '@pointsman/host';

/** A topology as the lab makes it in network namespaces: everything at its own address and port. The lists are in the order of the file. */
export type NamespacePlan = {
  vpcs: readonly LabVpc[];
  sites: readonly LabSite[];
  links: readonly LabLink[];
  /** One in each network: whoever asks there is this machine. */
  clients: readonly LabClient[];
  tiers: readonly LabTier[];
  members: readonly LabMember[];
  /** Where servers stand that the lab plays: those of authorities, and public resolvers. */
  servers: readonly LabServer[];
};

export type LabVpc = {
  network: string;
  region: string;
  account: string | undefined;
  /** The first is the primary one. */
  cidrs: readonly string[];
  ipv6Cidrs: readonly string[];
  dnsSupport: boolean;
  dnsHostnames: boolean;
  subnets: readonly LabSubnet[];
  dhcp: LabDhcp;
};

/** Every subnet has an IPv4 CIDR, and an IPv6 one where its VPC has. */
export type LabSubnet = {
  name: string;
  cidr: string;
  ipv6Cidr: string | undefined;
  availabilityZone: string;
};

/** As the resolvers of clients stand in the topology: addresses in their order, and none where it names none. */
export type LabDhcp = { domainName: string | undefined; domainNameServers: readonly string[] };

export type LabSite = { network: string; cidrs: readonly string[]; dhcp: LabDhcp };

export type LabLink = {
  /** As `check` and `trace` call it: `shared-sydney`. */
  name: string;
  kind: 'peering' | 'vpn' | 'direct-connect' | 'transit-gateway';
  between: readonly string[];
  mtu: number | undefined;
  port53: readonly ('udp' | 'tcp')[];
};

export type LabClient = {
  network: string;
  /** Undefined at a site, like its availability zone. */
  subnet: string | undefined;
  availabilityZone: string | undefined;
  /** At most one of each family, the primary one first. */
  addresses: readonly string[];
};

export type LabTier = {
  /** `main` */
  name: string;
  /** The tag by which an agent and `pointsman status` know it: `acme/main`. */
  tag: string;
  network: string;
  engine: EngineKind;
  /** The availability zones that members are in. `instances`: as many as members there, and the spares that stand by for them. */
  zones: readonly { availabilityZone: string; subnets: readonly string[]; instances: number }[];
};

export type LabMember = {
  /** `main/a` */
  name: string;
  /** The tags by which an agent and `pointsman status` know the tier, `acme/main`, and the member in it, `a`. */
  tier: string;
  member: string;
  network: string;
  subnet: string;
  availabilityZone: string;
  address: string;
  engine: EngineKind;
  config: ForwarderConfig;
};

export type LabServer = {
  /** Undefined for the authority's name is a public resolver. */
  authority: string | undefined;
  /** The networks on whose routers it stands: its own; for a public resolver all of them. */
  networks: readonly string[];
  address: string;
  /** 53, and whatever else the topology asks it at. */
  ports: readonly number[];
};
