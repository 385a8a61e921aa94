import type { Cloud, DnsName } from '@pointsman/cloud';
import { parseAddress, reverseName } from '@pointsman/core/address';
import { type Name, nameToWire, parentOf, parseName, type RecordSet } from '@pointsman/core/dns';
import type { Topology } from '@pointsman/core/topology';
import { builtInZones } from '@pointsman/core/verify';
import { type CompiledZone, compileZone } from '@pointsman/zones';
import type { AmazonZones } from '../../loopback/zone-sets.ts';
import { vpcIdOf } from '../../route53/stable-ids.ts';
import type { CloudVpc } from './follow-vpcs.ts';

/** Seconds: what AWS answers for instances and load balancers. */
const TTL = 60;

/**
 * What AWS answers beside hosted zones, from what a lab's cloud has. In a VPC with both of its DNS attributes on: the private names of its interfaces, forward and
 * reverse, and nothing for other private addresses (https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html). In public DNS: load balancers.
 */
export function amazonZones(topology: Topology, cloud: Pick<Cloud, 'state' | 'dnsNames'>): AmazonZones {
  const withoutReverse = new Set(
    topology.networks.flatMap((each) =>
      each.kind === 'vpc' && !each.autodefinedReverse ? [vpcIdOf(topology, each)] : [],
    ),
  );
  const known = new WeakMap<CloudVpc, Compiled>();
  let balancers: Compiled | undefined;
  return {
    ofVpc: (vpcId) => {
      const vpc = cloud.state.now().vpcs.get(vpcId);
      if (!vpc?.dnsSupport || !vpc.dnsHostnames) return NO_ZONES;
      const names = cloud.dnsNames.ofInterfaces(vpcId);
      const last = known.get(vpc);
      if (last?.names === names) return last.zones;
      const zones = vpcZones(vpc, names, !withoutReverse.has(vpcId));
      known.set(vpc, { names, zones });
      return zones;
    },
    ofPublic: () => {
      const names = cloud.dnsNames.ofBalancers();
      if (balancers?.names !== names) balancers = { names, zones: zonesByName(names.map(balancerZone)) };
      return balancers.zones;
    },
  };
}

type Zones = ReadonlyMap<Name, CompiledZone>;
/** Zones, and the names that they were made of. */
type Compiled = { names: readonly DnsName[]; zones: Zones };

const NO_ZONES: Zones = new Map();

function vpcZones(
  { cidrs, ipv6Cidrs, region }: CloudVpc,
  names: readonly DnsName[],
  autodefinedReverse: boolean,
): Zones {
  const ranges = [...cidrs, ...ipv6Cidrs].map(({ cidr }) => cidr);
  const builtIn = builtInZones({ cidrs: ranges, region, autodefinedReverse });
  const records = new Map<Name, RecordSet[]>(Array.from(builtIn.keys(), (zone) => [zone, []]));
  for (const [zone, from] of builtIn) if (from === 'itself') records.get(zone)!.push(...loopbackAt(zone));
  for (const set of names.flatMap(interfaceRecords)) {
    const zone = encloserOf(set.name, records);
    if (zone !== undefined) records.get(zone)!.push(set);
  }
  return zonesByName(
    Array.from(records, ([name, sets]) => compileZone({ name, kind: 'public', records: sets })),
  );
}

function interfaceRecords({ name, addresses }: DnsName): RecordSet[] {
  const owner = parseName(name);
  return [
    addressSet(owner, addresses),
    ...addresses.map((address) => ({
      name: reverseName(parseAddress(address)!),
      type: 'PTR',
      ttl: TTL,
      data: [nameToWire(owner)],
    })),
  ];
}

function loopbackAt(name: Name): RecordSet[] {
  return [addressSet(name, ['127.0.0.1']), { ...addressSet(name, ['::1']), type: 'AAAA' }];
}

/** The console writes `dualstack.` before the name in an alias: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html */
function balancerZone({ name, addresses }: DnsName): CompiledZone {
  const zone = parseName(name.toLowerCase());
  const names = addresses.length === 0 ? [] : [zone, parseName(`dualstack.${name.toLowerCase()}`)];
  const records = names.map((each) => addressSet(each, addresses));
  return compileZone({ name: zone, kind: 'public', records });
}

function addressSet(name: Name, addresses: readonly string[]): RecordSet {
  return { name, type: 'A', ttl: TTL, data: addresses.map((address) => parseAddress(address)!) };
}

/** The narrowest of some zones that a name is in. */
function encloserOf(name: Name, zones: ReadonlyMap<Name, unknown>): Name | undefined {
  let at: Name | undefined = name;
  while (at !== undefined && !zones.has(at)) at = parentOf(at);
  return at;
}

function zonesByName(zones: readonly CompiledZone[]): Zones {
  return new Map(zones.map((zone) => [zone.name, zone]));
}
