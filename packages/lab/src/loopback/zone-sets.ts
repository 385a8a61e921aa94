import { isAtOrBelow, type Name, nameToWire, type RecordSet } from '@pointsman/core/dns';
import type { Topology, Zone } from '@pointsman/core/topology';
import { type CompiledZone, compileZone, createZoneSet, type ZoneSet } from '@pointsman/zones';
import type { WorldAuthority, WorldResolver } from './world-plan.ts';

/** What each player of a world answers from. A zone is compiled once, however many answer it. */
export type ZoneSets = {
  ofResolver: (resolver: WorldResolver) => ZoneSet;
  /** Its own zones and the public ones; what it forwards is cut out of them. */
  ofAuthority: (authority: WorldAuthority) => ZoneSet;
  ofPublicResolver: () => ZoneSet;
};

export function makeZoneSets(topology: Topology): ZoneSets {
  const zones = new Map<string, Zone>();
  for (const zone of topology.zones)
    for (const place of placesOf(zone)) zones.set(`${place} ${zone.name}`, zone);
  const compiled = new Map<Zone, CompiledZone>();
  const compile = (place: string, name: Name): CompiledZone => {
    const zone = zones.get(`${place} ${name}`)!;
    const known = compiled.get(zone) ?? compileZone(zone);
    compiled.set(zone, known);
    return known;
  };
  const publicNames = topology.zones.filter(({ kind }) => kind === 'public').map(({ name }) => name);
  const publicZones = publicNames.map((name) => compile('public', name));
  return {
    ofResolver: (resolver) =>
      createZoneSet([
        ...resolver.zones.map((name) => compile(`network ${resolver.network}`, name)),
        ...resolver.publicZones.map((name) => compile('public', name)),
      ]),
    ofAuthority: ({ name: authority, zones: names, forwards }) => {
      const suffixes = forwards.map(({ suffix }) => suffix);
      const cut = (place: string, name: Name) => {
        const inside = suffixes.filter((suffix) => isAtOrBelow(suffix, name));
        return inside.length === 0 ? compile(place, name) : withCuts(zones.get(`${place} ${name}`)!, inside);
      };
      const own = names.map((name) => cut(`authority ${authority}`, name));
      const others = publicNames.filter((name) => !names.includes(name)).map((name) => cut('public', name));
      return createZoneSet([...own, ...others]);
    },
    ofPublicResolver: () => createZoneSet(publicZones),
  };
}

function placesOf(zone: Zone): string[] {
  switch (zone.kind) {
    case 'private':
      return zone.networks.map((network) => `network ${network}`);
    case 'external':
      return [`authority ${zone.authority}`];
    case 'public':
      return ['public'];
  }
}

/** The zone with a zone cut at each suffix that is forwarded: what lies below is somebody else's, whatever the zone's file says. */
function withCuts(zone: Zone, suffixes: readonly Name[]): CompiledZone {
  const kept = zone.records.filter(({ name }) => !suffixes.some((suffix) => isAtOrBelow(name, suffix)));
  const cuts: RecordSet[] = suffixes.map((name) => ({ name, type: 'NS', ttl: 0, data: [nameToWire(name)] }));
  return compileZone({ ...zone, records: [...kept, ...cuts] });
}
