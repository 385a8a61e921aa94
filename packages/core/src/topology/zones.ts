import { parseCidr, reverseZonesOf } from '../address/index.ts';
import type { RecordSet } from '../dns/index.ts';
import { type Name, parentOf } from '../dns/name.ts';
import { type Path, showName, showValue } from '../schema/path.ts';
import { whyNoCidr } from '../schema/scalars.ts';
import { readZoneName } from '../schema/zone-name.ts';
import { type BuildContext, checkName } from './names.ts';
import type { RecordReader } from './records.ts';
import type { ZoneSource } from './schema.ts';
import type { Zone } from './topology.ts';

/** Builds the zones, CIDR-named ones expanded; checks names, references, records, and that no two zones are in each other's way. */
export function buildZones(context: BuildContext, readRecords: RecordReader): readonly Zone[] {
  const zones = Object.entries(context.source.zones).flatMap(([key, source]) => {
    const path: Path = Object.freeze(['zones', key]);
    const names = readZoneNames(context, key, path, 'key');
    if (!checkReferences(context, source, path) || names.length === 0) return [];
    const origin = names.length === 1 ? names[0]! : parentOf(names[0]!)!;
    const records = readRecords({ kind: source.kind, records: source.records, names, origin, path });
    return names.map((name) => makeZone(source, name, path, records.get(name) ?? []));
  });
  checkCollisions(context, zones);
  return Object.freeze(zones);
}

/**
 * The zones that a key or a suffix stands for: one for a domain name, for a CIDR the reverse zones that cover it; none, and a report, where it is
 * neither.
 */
export function readZoneNames(
  context: BuildContext,
  key: string,
  path: Path,
  at: 'key' | 'value',
): readonly Name[] {
  if (/^[0-9.]+\/[0-9]+$|^[0-9a-f:.]*:[0-9a-f:.]*\/[0-9]+$/i.test(key)) {
    const cidr = parseCidr(key);
    if (cidr) return reverseZonesOf(cidr);
    context.report({ code: 'bad-cidr', path, at, value: key, ...whyNoCidr(key) });
    return [];
  }
  const read = readZoneName(key);
  if ('name' in read) return [read.name];
  const { message, remedy = 'write a domain name such as corp.example, or a CIDR for its reverse zones' } =
    read;
  context.report({ code: 'bad-name', path, at, value: key, message, remedy });
  return [];
}

function checkReferences(context: BuildContext, source: ZoneSource, path: Path): boolean {
  if (source.kind === 'public') return true;
  if (source.kind === 'external') {
    return checkName(context, 'authority', source.authority, [...path, 'authority']);
  }
  const fine = source.networks.map((name, index) => {
    const at = [...path, 'networks', index];
    if (!checkName(context, 'network', name, at)) return false;
    if (source.networks.indexOf(name) !== index) {
      const message = `${showValue(name)} is associated twice`;
      context.report({ code: 'duplicate-reference', path: at, value: name, message, remedy: 'list it once' });
    }
    if (context.source.networks[name]?.kind !== 'site') return true;
    const message = `${showValue(name)} is a site, and private zones are associated with VPCs`;
    const remedy = 'name a VPC, or make the zone external and name its authority';
    context.report({ code: 'zone-on-site', path: at, value: name, message, remedy });
    return false;
  });
  return fine.every(Boolean);
}

function makeZone(source: ZoneSource, name: Name, path: Path, sets: RecordSet[]): Zone {
  const base = { name, path, records: Object.freeze(sets) };
  if (source.kind === 'public') return Object.freeze({ kind: 'public', ...base });
  if (source.kind === 'external')
    return Object.freeze({ kind: 'external', ...base, authority: source.authority });
  const networks = Object.freeze(source.networks);
  return Object.freeze({ kind: 'private', ...base, networks, account: source.account });
}

/**
 * One VPC takes one private zone of a name (AWS: ConflictingDomainExists), an external zone has one authority, a public name one
 * description. A private zone and a public or an external one may share a name: the VPCs it is associated with see it.
 */
function checkCollisions(context: BuildContext, zones: readonly Zone[]): void {
  const holders = new Map<string, Zone>();
  for (const zone of zones) {
    const places = zone.kind === 'private' ? zone.networks : [''];
    for (const place of places) {
      const key = `${zone.kind} ${place} ${zone.name}`;
      const holder = holders.get(key);
      if (!holder) {
        holders.set(key, zone);
        continue;
      }
      const name = showValue(showName(zone.name));
      const where = zone.kind === 'private' ? ` associated with ${showValue(place)}` : '';
      context.report({
        code: 'duplicate-zone',
        path: zone.path,
        at: 'key',
        value: zone.path[1],
        message: `${name} is a second ${zone.kind} zone of that name${where}: zones.${showValue(holder.path[1])} is the first`,
        remedy: 'keep one of the two',
      });
    }
  }
}
