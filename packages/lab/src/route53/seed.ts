import { parseCidr } from '@pointsman/core/address';
import type { Name } from '@pointsman/core/dns';
import type { PrivateZone, PublicZone, Topology, Zone } from '@pointsman/core/topology';
import {
  type HostedZone,
  isHostable,
  type Mutation,
  PRIVATE_NAME_SERVERS,
  type ResourceRecordSet,
  type Vpc,
  zoneRecordSets,
} from '@pointsman/zones';
import { accountOfVpc, accountOfZone, accountsOf } from './account-of.ts';
import { vpcIdOf, zoneIdOf } from './stable-ids.ts';

/** What a topology says of Route 53: its VPCs, and the hosted zones with all of their records. */
export type Seed = {
  /** Each VPC of the topology by the name of its network. */
  vpcs: ReadonlyMap<string, Vpc>;
  /** By ID. */
  zones: ReadonlyMap<string, SeedZone>;
  /** The ID of each zone of the topology that is a hosted zone. */
  zoneIds: ReadonlyMap<Zone, string>;
};

export type SeedZone = { zone: HostedZone; names: ReadonlyMap<Name, readonly ResourceRecordSet[]> };

/** Pure. Private zones, and those public ones that Route 53 could have; what an authority holds is no hosted zone. */
export function seedOf(topology: Topology): Seed {
  const vpcs = vpcsOf(topology);
  const zones = new Map<string, SeedZone>();
  const zoneIds = new Map<Zone, string>();
  const seen = new Map<string, number>();
  for (const zone of topology.zones) {
    if (zone.kind === 'external' || !isHostable(zone)) continue;
    const key = `${zone.kind} ${zone.name}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const id = zoneIdOf(topology, zone, nth);
    zoneIds.set(zone, id);
    const names = zoneRecordSets(zone);
    const hosted =
      zone.kind === 'private' ? privateZone(topology, zone, id, vpcs) : publicZone(topology, zone, id, names);
    zones.set(id, { zone: hosted, names });
  }
  return { vpcs, zones, zoneIds };
}

export function seedMutations({ zones }: Seed): Mutation[] {
  return Array.from(zones.values(), ({ zone, names }): Mutation[] => [
    { kind: 'zone', zone },
    { kind: 'names', zoneId: zone.id, names },
  ]).flat();
}

function vpcsOf(topology: Topology): ReadonlyMap<string, Vpc> {
  const vpcs = topology.networks.filter((network) => network.kind === 'vpc');
  return new Map(
    vpcs.map((vpc) => [
      vpc.name,
      {
        id: vpcIdOf(topology, vpc),
        region: vpc.region,
        account: accountOfVpc(vpc),
        cidrs: vpc.cidrs.map((cidr) => parseCidr(cidr)!),
        enableDnsSupport: vpc.dnsSupport,
        enableDnsHostnames: vpc.dnsHostnames,
      },
    ]),
  );
}

function privateZone(
  topology: Topology,
  zone: PrivateZone,
  id: string,
  vpcs: ReadonlyMap<string, Vpc>,
): HostedZone {
  return {
    ...common(topology, id, zone.name),
    account: accountOfZone(topology, zone),
    private: true,
    vpcs: zone.networks.map((network) => {
      const { id, region } = vpcs.get(network)!;
      return { id, region };
    }),
    nameServers: PRIVATE_NAME_SERVERS,
  };
}

function publicZone(
  topology: Topology,
  { name }: PublicZone,
  id: string,
  names: ReadonlyMap<Name, readonly ResourceRecordSet[]>,
): HostedZone {
  const servers = names.get(name)!.find(({ type }) => type === 'NS')!;
  return {
    ...common(topology, id, name),
    account: accountsOf(topology)[0],
    private: false,
    vpcs: [],
    nameServers: servers.values!,
  };
}

function common(topology: Topology, id: string, name: Name) {
  return {
    id,
    name,
    callerReference: `pointsman:${topology.name}:${id}`,
    comment: 'from the topology',
    authorizations: [],
  };
}
