import { applyChangeBatch } from '../records/apply-change-batch.ts';
import type { Deciding, Decision } from './create-store.ts';
import type { RequestedChange } from './model.ts';
import { Refusal } from './refusal.ts';
import { findZone } from './zone-writes.ts';

export function changeRecordSets(
  deciding: Deciding,
  zoneId: string,
  changes: readonly RequestedChange[],
): Decision<undefined> {
  const { reads, options } = deciding;
  const zone = findZone(deciding, zoneId);
  if (changes.length === 0)
    throw new Refusal('InvalidInput', 'Invalid request: Changes must have at least 1 member');
  const view = {
    zone,
    recordSetCount: reads.recordSetCount(zoneId),
    recordSetsAt: (name: string) => reads.recordSetsAt(zoneId, name),
    findZone: reads.zone,
    hasCidrLocation: (id: string, name: string) => {
      const collection = reads.cidrCollection(id);
      if (collection?.account !== zone.account) return false;
      return name === '*' || Object.hasOwn(collection.locations, name);
    },
    hasHealthCheck: (id: string) => reads.healthCheck(id) !== undefined,
  };
  const { names } = applyChangeBatch(view, changes, options.limits);
  return { account: zone.account, mutations: [{ kind: 'names', zoneId, names }], value: undefined };
}
