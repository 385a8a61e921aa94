import type { ForwarderConfig } from '../config/index.ts';
import type { Name } from '../dns/name.ts';

/**
 * What has to exist for a topology to hold, in real addresses: the one compilation that engines, renderers, the lab and the
 * verifier all start from. Lists are shared between entries (a million rules are kept once), so nothing in a plan may be changed.
 */
export type Plan = {
  forwarders: PlannedForwarder[];
  resolvers: PlannedResolver[];
  authorities: PlannedAuthority[];
  clients: PlannedClient[];
};

/** One member of a tier. All members of a tier have the same rules, and the very same arrays of them. */
export type PlannedForwarder = {
  tier: string;
  member: string;
  network: string;
  availabilityZone: string | undefined;
  address: string;
  config: ForwarderConfig;
};

/** The resolver of a VPC; a VPC without `dnsSupport` has none. */
export type PlannedResolver = {
  network: string;
  /** Base of the VPC's first IPv4 CIDR plus two. */
  address: string;
  /** The CIDRs of its VPC: it answers nobody else. */
  clients: readonly string[];
  /** The private zones it answers, sorted; none unless `dnsSupport` and `dnsHostnames` are both on. */
  zones: readonly Name[];
  /** The public zones, which stand for the internet on one machine, sorted. */
  publicZones: readonly Name[];
};

export type PlannedAuthority = {
  name: string;
  network: string;
  addresses: readonly string[];
  software: 'bind' | 'windows' | 'other';
  /** The external zones it answers, sorted. */
  zones: readonly Name[];
  /** Its conditional forwarding: private zones, sorted, each with the addresses of its tier's members. */
  forwards: readonly { suffix: Name; upstreams: readonly string[] }[];
};

/** A place to ask from, one in each network. */
export type PlannedClient = {
  network: string;
  /** An address of the network's first CIDR that nobody in the topology has. */
  address: string;
  /** The addresses it asks, in the order DHCP hands them out; empty where the topology names none. */
  resolvers: readonly string[];
  searchDomain?: Name;
};
