import { type Name, nameFromWire, parentOf } from '../../dns/name.ts';
import type { Topology, Zone } from '../../topology/topology.ts';
import { type Content, contentAt } from '../zone-content.ts';

/** The zones of a topology by name. */
export type ZoneIndex = {
  /** The zones of that very name. */
  named: (name: Name) => readonly Zone[];
  /** The zones of the longest name that the given one equals or is below; none where nothing covers it. */
  covering: (name: Name) => readonly Zone[];
  /** True where another zone lies below one of this name. */
  hasBelow: (name: Name) => boolean;
};

const NO_ZONES: readonly Zone[] = [];

export function indexZones(topology: Topology): ZoneIndex {
  const byName = new Map<Name, Zone[]>();
  for (const zone of topology.zones) {
    const same = byName.get(zone.name);
    if (same) same.push(zone);
    else byName.set(zone.name, [zone]);
  }
  const covering = (name: Name | undefined): readonly Zone[] => {
    for (let at = name; at !== undefined; at = parentOf(at)) {
      const zones = byName.get(at);
      if (zones) return zones;
    }
    return NO_ZONES;
  };
  const parents = new Set<Name>();
  for (const name of byName.keys()) {
    // All above, not the nearest alone: whether the nearest is seen from the same place is another question.
    for (let above = covering(parentOf(name)); above.length > 0; above = covering(parentOf(above[0]!.name))) {
      if (parents.has(above[0]!.name)) break;
      parents.add(above[0]!.name);
    }
  }
  return { named: (name) => byName.get(name) ?? NO_ZONES, covering, hasBelow: (name) => parents.has(name) };
}

/** What a zone says of a name it covers; undefined where the topology does not say: the zone states no records, or delegates the name. */
export function saidOf(zone: Zone, name: Name, type: string): Exclude<Content, { kind: 'cut' }> | undefined {
  if (zone.records.length === 0) return undefined;
  const content = contentAt(zone, name, type);
  return content.kind === 'cut' ? undefined : content;
}

/** The target of a CNAME, PTR or NS record, from its data. */
export function targetOf(data: Uint8Array): Name {
  return nameFromWire(data)!.name;
}
