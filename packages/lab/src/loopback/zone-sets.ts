import { type Name, nameToWire, type RecordSet } from '@pointsman/core/dns';
import type { Topology, Zone } from '@pointsman/core/topology';
import { type CompiledZone, compileZone, createZoneSet, type ZoneSet } from '@pointsman/zones';
import type { WorldAuthority, WorldResolver } from './world-plan.ts';

/** What each player of a world answers from. A zone is compiled once, however many answer it. */
export type ZoneSets = {
  ofResolver: (resolver: WorldResolver) => ZoneSet;
  /** Its own zones and the public ones, with a hole for each suffix that it forwards. */
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
  const publicZones = topology.zones
    .filter(({ kind }) => kind === 'public')
    .map(({ name }) => compile('public', name));
  return {
    ofResolver: (resolver) =>
      createZoneSet([
        ...resolver.zones.map((name) => compile(`network ${resolver.network}`, name)),
        ...resolver.publicZones.map((name) => compile('public', name)),
      ]),
    ofAuthority: ({ name: authority, zones: names, forwards }) => {
      const own = names.map((name) => compile(`authority ${authority}`, name));
      const forwarded = forwards.map(({ suffix }) => makeHole(suffix));
      const taken = new Set([...own, ...forwarded].map(({ name }) => name));
      return createZoneSet([...own, ...forwarded, ...publicZones.filter(({ name }) => !taken.has(name))]);
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

/** A zone that delegates all of itself: what lies in it is somebody else's, whatever the zones around it say, and they do not change by it. */
function makeHole(name: Name): CompiledZone {
  const cut: RecordSet = { name, type: 'NS', ttl: 0, data: [nameToWire(name)] };
  return { ...compileZone({ name, kind: 'external', records: [] }), cuts: new Map([[name, cut]]) };
}
