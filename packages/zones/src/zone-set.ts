import { type Name, parentOf } from '@pointsman/core/dns';
import { type CompiledZone, ZoneError } from './compile-zone.ts';
import { ANY_QUERIER, type Querier } from './routing/querier.ts';

/**
 * The zones that one VPC resolver or one authority answers. Private zones come before all others: a name that one of them covers is
 * never looked for in a public zone, however much more specific that one is.
 */
export type ZoneSet = {
  readonly privateZones: ReadonlyMap<Name, CompiledZone>;
  readonly otherZones: ReadonlyMap<Name, CompiledZone>;
  /** For whom routing policies choose. */
  readonly querier: Querier;
};

/** Compiled zones are shared, not copied. @throws ZoneError where two private zones, or two others, have one name */
export function createZoneSet(zones: Iterable<CompiledZone>): ZoneSet {
  const privateZones = new Map<Name, CompiledZone>();
  const otherZones = new Map<Name, CompiledZone>();
  for (const zone of zones) {
    const layer = zone.kind === 'private' ? privateZones : otherZones;
    if (layer.has(zone.name)) throw new ZoneError('duplicate-zone', `the zone ${zone.name} is there twice`);
    layer.set(zone.name, zone);
  }
  return { privateZones, otherZones, querier: ANY_QUERIER };
}

/** The zone that answers for a name: the most specific one; undefined where none covers it. Costs a look-up a label. */
export function zoneFor(set: ZoneSet, name: Name, type: string): CompiledZone | undefined {
  const zone = mostSpecific(set.privateZones, name);
  if (zone !== undefined) return zone;
  const other = mostSpecific(set.otherZones, name);
  if (type !== 'DS' || other?.name !== name) return other;
  const parent = parentOf(name);
  // The DS set of a zone belongs to its parent (RFC 4035 §3.1.4.1).
  return (parent === undefined ? undefined : mostSpecific(set.otherZones, parent)) ?? other;
}

function mostSpecific(zones: ReadonlyMap<Name, CompiledZone>, name: Name): CompiledZone | undefined {
  if (zones.size === 0) return undefined;
  for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
    const zone = zones.get(at);
    if (zone !== undefined) return zone;
  }
  return undefined;
}
