import type { Fabric } from '@pointsman/cloud';

/**
 * A cloud's networks and machines in Linux network namespaces, and what the cloud's API does not know of: sites, links, hosts on premises,
 * servers that are played on routers, and faults. IDs are letters, digits, hyphens and underscores.
 */
export type LabFabric = Fabric & {
  /** Removes all of the lab. */
  close(): Promise<void>;
  /** The name that `ip netns` knows the router of a VPC or site by. @throws FabricError */
  routerNamespace(networkId: string): string;
  machineNamespace(machineId: string): string;
  putSite(site: LabSite): Promise<void>;
  deleteSite(siteId: string): Promise<void>;
  /** What it joins stays as it is once it is there; the rest may be changed. */
  putLink(link: LabLink): Promise<void>;
  deleteLink(linkId: string): Promise<void>;
  /** A machine with one interface, not of the cloud. No security group guards it. */
  putHost(host: LabHost): Promise<void>;
  deleteHost(hostId: string): Promise<void>;
  /** An address at which this process plays a server, on the network's router. */
  putRouterAddress(networkId: string, address: string): Promise<void>;
  deleteRouterAddress(networkId: string, address: string): Promise<void>;
  /** `down`: packets to it and from it are dropped. */
  setRouterAddress(networkId: string, address: string, state: LabState): Promise<void>;
  /** `down`: nothing goes into the zone's machines, or out of them. */
  setZone(availabilityZone: string, state: LabState): Promise<void>;
  /** Peerings are links too; the cloud's API cannot say this of them. */
  setLink(linkId: string, changes: LinkChanges): Promise<void>;
  /** The part of all packets that is lost, 0 to 1. */
  setLoss(loss: number): Promise<void>;
  /** All processes of the machine stop where they are; what the kernel does for it goes on. */
  freezeMachine(machineId: string): void;
  thawMachine(machineId: string): void;
  fillDisk(machineId: string): Promise<void>;
  emptyDisk(machineId: string): Promise<void>;
  /** Ends the processes of a machine whose command line is meant, at once; how many there were. */
  killProcesses(machineId: string, isMeant: (argv: readonly string[]) => boolean): number;
  /** How far the machine's wall clock is ahead of this one's, milliseconds. @throws FabricError where libfaketime is missing */
  setClock(machineId: string, ms: number): Promise<void>;
};

export type LabState = 'up' | 'down';

/** A network on premises. Each IPv4 CIDR is one subnet, `ID/0` and so on, with the gateway at its base plus one; it has the IPv6 CIDR of the same place in the list. */
export type LabSite = { id: string; cidrs: readonly string[]; ipv6Cidrs: readonly string[] };

export type LabLink = {
  id: string;
  /** VPCs and sites. */
  between: readonly string[];
  /** Bytes of the largest IP packet. */
  mtu?: number;
  /** What is let through of port 53; both where it is not given. */
  port53?: readonly ('udp' | 'tcp')[];
  /** A transit gateway: each reaches every other. */
  transitive?: boolean;
};

/** `loss` is the part of the packets that is lost each way, 0 to 1. */
export type LinkChanges = { down?: boolean; loss?: number } & Pick<LabLink, 'mtu' | 'port53'>;

export type LabHost = { id: string; subnetId: string; addresses: readonly string[]; name: string };

export type LabOptions = {
  /** Lower case letters, digits and hyphens. */
  lab: string;
  /** Where the lab keeps its files: /run/pointsman/labs/LAB/fabric unless given. Removed at the end. */
  folder?: string;
  /** Folders of the host that machines read at their own paths, though they are in a place of which machines have their own (/tmp, /var, /root, /home …). */
  visible?: readonly string[];
  /** Bytes of each machine's disk: 32 MiB unless given. What is written to it is in memory. */
  diskSize?: number;
};
