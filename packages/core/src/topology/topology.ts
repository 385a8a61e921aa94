import type { Probe, UpstreamPolicy } from '../config/index.ts';
import type { RecordSet } from '../dns/index.ts';
import type { Name } from '../dns/name.ts';
import type { Path } from '../schema/path.ts';
import type { FindingCode } from '../verify/findings/codes.ts';

/**
 * A topology as everything after the parser sees it: references resolved to names that exist, addresses, CIDRs and domain names
 * canonical, defaults filled in, CIDR-named zones expanded. All of it is frozen. Every record has the `path` of the part of the
 * file it came from, for messages.
 */
export type Topology = {
  readonly name: string;
  /** The file, as the caller named it. */
  readonly file: string;
  readonly networks: readonly Network[];
  readonly links: readonly Link[];
  readonly authorities: readonly Authority[];
  readonly zones: readonly Zone[];
  readonly forwarders: readonly ForwarderTier[];
  readonly allow: readonly Allowance[];
  /** Where a path stands in the file; undefined for a topology that did not come from a text. */
  readonly locate: (path: Path) => Position | undefined;
};

/** A place in a text; both count from 1. */
export type Position = { readonly line: number; readonly column: number };

export type Network = Vpc | Site;

type NetworkBase = {
  readonly name: string;
  readonly path: Path;
  /** In the order of the file; a VPC's first IPv4 CIDR is its primary one. */
  readonly cidrs: readonly string[];
  /** Whom its clients ask, in this order. */
  readonly resolvers: readonly ResolverReference[];
  /** The search domain that its DHCP option set hands out. */
  readonly domainName: Name | undefined;
  readonly load: Load | undefined;
};

/** What the clients of a network ask, all together: `cacheHitRate`, from 0 to 1, is what the caches of the tier answer of it. */
export type Load = { readonly queriesPerSecond: number; readonly cacheHitRate: number };

export type Vpc = NetworkBase & {
  readonly kind: 'vpc';
  readonly region: string;
  readonly account: string | undefined;
  /** An existing VPC to adopt. */
  readonly vpcId: string | undefined;
  readonly subnets: readonly Subnet[];
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
  /** Its resolver has reverse rules of its own for its CIDRs and those of the VPCs that it is joined with. */
  readonly autodefinedReverse: boolean;
};

export type Site = NetworkBase & { readonly kind: 'site' };

export type Subnet = {
  readonly name: string;
  readonly cidr: string;
  readonly availabilityZone: string | undefined;
};

export type ResolverReference =
  | { readonly kind: 'tier'; readonly name: string }
  | { readonly kind: 'authority'; readonly name: string }
  | { readonly kind: 'vpc-resolver' }
  | { readonly kind: 'address'; readonly address: string };

export type Link = {
  readonly kind: 'peering' | 'vpn' | 'direct-connect' | 'transit-gateway';
  readonly path: Path;
  /** Names of networks: two, or any number at a transit gateway. */
  readonly between: readonly string[];
  /** The largest IP packet it carries whole, in bytes, where the file says. */
  readonly mtu: number | undefined;
  /** What is let through of port 53. */
  readonly port53: readonly ('udp' | 'tcp')[];
};

/** One or more DNS servers that someone else runs and that answer the same zones. */
export type Authority = {
  readonly name: string;
  readonly path: Path;
  readonly network: string;
  readonly addresses: readonly string[];
  readonly software: 'bind' | 'windows' | 'other';
  /** The forwarder tier that it forwards the private zones to. */
  readonly forwards: string | undefined;
  /** The members of that tier that it forwards to, by name: all of them, unless the file says otherwise. */
  readonly forwardsTo: readonly string[];
};

export type Zone = PrivateZone | ExternalZone | PublicZone;

type ZoneBase = {
  readonly name: Name;
  readonly path: Path;
  readonly records: readonly RecordSet[];
};

/** A private hosted zone, answered by the VPC resolvers of the VPCs it is associated with. */
export type PrivateZone = ZoneBase & {
  readonly kind: 'private';
  readonly networks: readonly string[];
  /** The account that owns the zone, where it is not the VPC's. */
  readonly account: string | undefined;
};

/** Answered by an authority; `records` are what a stand-in for it answers. */
export type ExternalZone = ZoneBase & { readonly kind: 'external'; readonly authority: string };

/** Names of public DNS that this topology knows of: VPC resolvers on one machine answer them in the place of the internet. */
export type PublicZone = ZoneBase & { readonly kind: 'public' };

export type ForwarderTier = {
  readonly name: string;
  readonly path: Path;
  /** The VPC its members stand in. */
  readonly network: string;
  readonly engine: 'native' | 'bind';
  readonly members: readonly TierMember[];
  /** Instances in each availability zone of the members that stand by for them. */
  readonly spares: number;
  /** Queries a second that one member answers, where the file says. */
  readonly capacity: number | undefined;
  /** How long a client waits at most, milliseconds. */
  readonly deadline: number;
  /** Of each member. */
  readonly cache: { readonly bytes: number };
  /** What the file adds to the derived forwarding rules. */
  readonly rules: readonly TierRule[];
  readonly otherwise: TierOtherwise;
  readonly views: readonly TierView[];
};

export type TierMember = {
  readonly name: string;
  readonly subnet: string;
  readonly availabilityZone: string | undefined;
  readonly address: string;
};

/** A forwarding rule of the file; without `upstreams` it sets policy and probe of the rule that is derived for its suffix. */
export type TierRule = {
  readonly suffix: Name;
  readonly path: Path;
  readonly upstreams: readonly UpstreamReference[] | undefined;
  readonly policy: UpstreamPolicy | undefined;
  readonly probe: Probe | undefined;
};

/** As a resolver reference, but an address may have a port: `endpoint` is `IP` or `IP:PORT`. */
export type UpstreamReference =
  | Exclude<ResolverReference, { kind: 'address' }>
  | { readonly kind: 'endpoint'; readonly endpoint: string };

export type TierOtherwise =
  | { readonly kind: 'refuse' }
  | ({ readonly kind: 'vpc-resolver' } & HowToAsk)
  | ({ readonly kind: 'endpoints'; readonly endpoints: readonly string[] } & HowToAsk);

type HowToAsk = { readonly policy?: UpstreamPolicy; readonly probe?: Probe };

/** What some networks get in place of, or besides, the tier's rules. */
export type TierView = {
  readonly name: string;
  readonly path: Path;
  readonly networks: readonly string[];
  readonly rules: readonly TierRule[];
  readonly otherwise: TierOtherwise;
};

/** A finding that may stay as it is. */
export type Allowance = {
  readonly path: Path;
  readonly code: FindingCode;
  /** Whose finding, as findings name it; undefined for any. */
  readonly subject: string | undefined;
  readonly reason: string;
};
