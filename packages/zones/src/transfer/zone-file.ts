import type { ResourceRecordSet, RRType } from '@aws-sdk/client-route-53';
import { formatZoneFile, type Name, parseZoneFile } from '@pointsman/core/dns';
import { formatRoute53Name, parseRoute53Name } from '../records/names.ts';
import { valueFromWire } from '../records/record-values.ts';
import { isRecordType, valueToWire } from '../records/values.ts';

export type WrittenZoneFile = {
  text: string;
  /** Record sets that a zone file has no form for: aliases, and those with a routing policy. */
  left: readonly ResourceRecordSet[];
};

/** Route 53's record sets as a zone file. */
export function writeZoneFile(origin: Name, sets: readonly ResourceRecordSet[]): WrittenZoneFile {
  const records = sets.filter(isPlain).map((set) => ({
    name: parseRoute53Name(set.Name!),
    type: set.Type!,
    ttl: set.TTL!,
    data: set.ResourceRecords!.map(({ Value }) => valueToWire(set.Type!, Value!)),
  }));
  return { text: formatZoneFile(origin, records), left: sets.filter((set) => !isPlain(set)) };
}

function isPlain({ ResourceRecords, SetIdentifier }: ResourceRecordSet): boolean {
  return ResourceRecords !== undefined && SetIdentifier === undefined;
}

export type ReadZoneFile =
  | { ok: true; sets: ResourceRecordSet[] }
  /** Each mistake with its line. */
  | { ok: false; mistakes: string[] };

/** A zone file as Route 53's record sets. */
export function readZoneFile(origin: Name, text: string): ReadZoneFile {
  const file = parseZoneFile(text, { origin });
  if (!file.ok)
    return { ok: false, mistakes: file.problems.map(({ line, message }) => `line ${line}: ${message}`) };
  const foreign = file.records.filter(({ type }) => !isRecordType(type));
  if (foreign.length > 0) {
    return {
      ok: false,
      mistakes: foreign.map(({ name, type }) => `${name} ${type}: Route 53 has no records of this type`),
    };
  }
  const sets = file.records.map(({ name, type, ttl, data }) => ({
    Name: formatRoute53Name(name),
    Type: type as RRType,
    TTL: ttl,
    ResourceRecords: data.map((each) => ({ Value: valueFromWire(type, each) })),
  }));
  return { ok: true, sets };
}
