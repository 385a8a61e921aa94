import { type Name, nameToWire, type RecordSet } from '@pointsman/core/dns';
import type { Topology } from '@pointsman/core/topology';
import {
  type CompiledZone,
  compileZone,
  createZoneSet,
  isHostable,
  type Vpc,
  type ZoneSet,
} from '@pointsman/zones';
import type { HostedZones } from '../route53/hosted-zones.ts';
import type { WorldAuthority, WorldResolver } from './world-plan.ts';

/** What each player of a world answers from at the moment. An authority's zone is compiled once, however many answer it. */
export type ZoneSets = {
  ofResolver: (resolver: WorldResolver) => () => ZoneSet;
  /** Of the VPC as it is at the moment. */
  ofVpc: (vpc: () => Vpc) => () => ZoneSet;
  /** Its own zones and the public ones, with a hole for each suffix that it forwards. */
  ofAuthority: (authority: WorldAuthority) => () => ZoneSet;
  ofPublicResolver: () => () => ZoneSet;
};

/** Hosted zones come from the store, which its API may change; all others from the topology. */
export function makeZoneSets(
  topology: Topology,
  hosted: HostedZones,
  amazon: AmazonZones = NO_AMAZON_ZONES,
): ZoneSets {
  const external = new Map<string, CompiledZone>();
  for (const zone of topology.zones)
    if (zone.kind === 'external') external.set(`${zone.authority} ${zone.name}`, compileZone(zone));
  const publicZones = overlay(amazon.ofPublic, followPublicZones(topology, hosted));
  const ofVpc: ZoneSets['ofVpc'] = (vpc) => {
    const otherZones = overlay(() => amazon.ofVpc(vpc().id), publicZones);
    return () => ({ ...hosted.directory.ofVpc(vpc()), otherZones: otherZones() });
  };
  return {
    ofVpc,
    ofResolver: ({ network }) => ofVpc(() => hosted.vpcs.get(network)!),
    ofAuthority: ({ name: authority, zones: names, forwards }) => {
      const own = names.map((name) => external.get(`${authority} ${name}`)!);
      const holes = forwards.map(({ suffix }) => makeHole(suffix));
      const taken = new Set([...own, ...holes].map(({ name }) => name));
      return whileSame(publicZones, (zones) => ({
        ...createZoneSet([...own, ...holes, ...[...zones.values()].filter(({ name }) => !taken.has(name))]),
        querier: hosted.directory.ofPublic().querier,
      }));
    },
    ofPublicResolver: () => () => ({ ...hosted.directory.ofPublic(), otherZones: publicZones() }),
  };
}

type Zones = ReadonlyMap<Name, CompiledZone>;

/** What AWS itself answers beside hosted zones, at the moment. A map is the same one until something of it changes. */
export type AmazonZones = {
  /** At the resolver of a VPC. */
  ofVpc: (vpcId: string) => Zones;
  /** In public DNS. */
  ofPublic: () => Zones;
};

const NO_ZONES: Zones = new Map();
const NO_AMAZON_ZONES: AmazonZones = { ofVpc: () => NO_ZONES, ofPublic: () => NO_ZONES };

/** Of two zones of one name the upper one answers. */
function overlay(lower: () => Zones, upper: () => Zones): () => Zones {
  let from: readonly Zones[] = [];
  let zones = NO_ZONES;
  return () => {
    const [below, above] = [lower(), upper()];
    if (below.size === 0) return above;
    if (below !== from[0] || above !== from[1]) {
      from = [below, above];
      zones = new Map([...below, ...above]);
    }
    return zones;
  };
}

/** Public hosted zones, then the topology's public zones that Route 53 could not have. The map is another one when a zone has come or gone. */
function followPublicZones(topology: Topology, { directory, store }: HostedZones): () => Zones {
  const foreign = topology.zones
    .filter((zone) => zone.kind === 'public' && !isHostable(zone))
    .map((zone) => compileZone(zone));
  let current: Zones | undefined;
  store.watch(({ mutations }) => {
    if (mutations.some(({ kind }) => kind === 'zone' || kind === 'zone-gone')) current = undefined;
  });
  return () => {
    current ??= new Map([
      ...foreign.map((zone) => [zone.name, zone] as const),
      ...directory.ofPublic().otherZones,
    ]);
    return current;
  };
}

/** What is made of a value, made anew when the value is another one. */
function whileSame<Value, Made>(value: () => Value, make: (value: Value) => Made): () => Made {
  let last = value();
  let made = make(last);
  return () => {
    const now = value();
    if (now !== last) [last, made] = [now, make(now)];
    return made;
  };
}

/** A zone that delegates all of itself: what lies in it is somebody else's, whatever the zones around it say, and they do not change by it. */
function makeHole(name: Name): CompiledZone {
  const cut: RecordSet = { name, type: 'NS', ttl: 0, data: [nameToWire(name)] };
  return { ...compileZone({ name, kind: 'external', records: [] }), cuts: new Map([[name, cut]]) };
}
