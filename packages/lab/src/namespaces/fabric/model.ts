/** What the lab's networks are to be, as the compilers of rules, routes and DHCP read it. Applying it is elsewhere. */
import type { FabricDhcpOptions, FabricInterface, FabricSecurityGroup, FabricSubnet } from '@pointsman/cloud';

/** A VPC or a site: one router namespace. */
export type Network = {
  readonly id: string;
  readonly kind: 'vpc' | 'site';
  readonly namespace: string;
  /** IPv4 and IPv6. */
  cidrs: readonly string[];
  dnsSupport: boolean;
  dhcp: FabricDhcpOptions | undefined;
  /** Addresses that the router has for servers that are played there; `down` ones are silent. */
  readonly routerAddresses: Map<string, 'up' | 'down'>;
};

/** `bridge`: its name in the router. */
export type Subnet = FabricSubnet & { readonly bridge: string };

/**
 * `number` is the lab's own, from 1: the interface's outer end in the router is `eNUMBER`, its inner end `xNUMBER` while it is in no machine,
 * and what comes from it carries the number as its packet mark.
 */
export type Interface = FabricInterface & { readonly number: number; readonly networkId: string };

export type Attachment = { readonly instanceId: string; readonly deviceIndex: number };

/** A peering, VPN, Direct Connect, or transit gateway. */
export type Link = {
  readonly id: string;
  /** Two networks; any number at a transit gateway. */
  readonly between: readonly string[];
  /** Bytes of the largest IP packet. */
  mtu: number;
  /** What is let through of port 53. */
  port53: readonly ('udp' | 'tcp')[];
  readonly transitive: boolean;
  down: boolean;
  /** Part of the packets that are lost, each way: 0 to 1. */
  loss: number;
  /** The link's end in each network: `pNUMBER`, in the order of `between`. */
  readonly ends: readonly number[];
};

export type Model = {
  readonly networks: Map<string, Network>;
  readonly subnets: Map<string, Subnet>;
  readonly interfaces: Map<string, Interface>;
  readonly attachments: Map<string, Attachment>;
  /** By the ID of the instance: how many hops what the metadata service sends it may go. 1 where there is none. */
  readonly metadataHopLimits: Map<string, number>;
  readonly groups: Map<string, FabricSecurityGroup>;
  readonly links: Map<string, Link>;
  /** Availability zones that have failed. */
  readonly failedZones: Set<string>;
  /** Part of all packets that are lost: 0 to 1. */
  loss: number;
};

export function emptyModel(): Model {
  return {
    networks: new Map(),
    subnets: new Map(),
    interfaces: new Map(),
    attachments: new Map(),
    metadataHopLimits: new Map(),
    groups: new Map(),
    links: new Map(),
    failedZones: new Set(),
    loss: 0,
  };
}

export function subnetsOf(model: Model, networkId: string): Subnet[] {
  return [...model.subnets.values()].filter(({ vpcId }) => vpcId === networkId);
}

export function interfacesOf(model: Model, networkId: string): Interface[] {
  return [...model.interfaces.values()].filter((each) => each.networkId === networkId);
}

export function linksOf(model: Model, networkId: string): Link[] {
  return [...model.links.values()].filter(({ between }) => between.includes(networkId));
}

/** The name of the link's end in that network's router. */
export function endIn(link: Link, networkId: string): string {
  return `p${link.ends[link.between.indexOf(networkId)]}`;
}

export function isIpv6(text: string): boolean {
  return text.includes(':');
}
