import type { Name, RecordSet } from '@pointsman/core/dns';
import { apexDefaults } from '../apex-defaults.ts';
import type { Zone } from '../compile-zone.ts';
import type { ResourceRecordSet } from '../store/model.ts';
import { compareSets } from './record-sets.ts';
import { valueFromWire } from './record-values.ts';
import { isRecordType } from './values.ts';

/** True where Route 53 has the types of all records: the zone can be a hosted zone as it is. */
export function isHostable({ name, records }: Zone): boolean {
  return name !== '.' && records.every(({ type }) => isRecordType(type));
}

/**
 * A zone in the words of Route 53, by name, with the SOA and NS sets that its apex lacks: what a store begins with. The zone is taken to be
 * sound; each record set is simple.
 */
export function zoneRecordSets(zone: Zone): Map<Name, ResourceRecordSet[]> {
  const names = new Map<Name, ResourceRecordSet[]>([[zone.name, []]]);
  for (const set of zone.records) add(names, set);
  const apex = zone.records.filter(({ name }) => name === zone.name);
  for (const set of apexDefaults(zone, apex)) add(names, set);
  for (const sets of names.values()) if (sets.length > 1) sets.sort(compareSets);
  return names;
}

function add(names: Map<Name, ResourceRecordSet[]>, { name, type, ttl, data }: RecordSet): void {
  const set = { name, type, ttl, values: data.map((each) => valueFromWire(type, each)) };
  const there = names.get(name);
  if (there) there.push(set);
  else names.set(name, [set]);
}
