import type { Name, RecordSet } from '../dns/index.ts';
import { isAtOrBelow, nameFromWire, nameToWire, parentOf } from '../dns/name.ts';
import type { Zone } from '../topology/topology.ts';

/** What the records of one zone say of a name and type. `set` may be a wildcard's: its owner is then the name asked. */
export type Content =
  | { kind: 'records'; set: RecordSet; wildcard?: Name }
  | { kind: 'alias'; records: readonly RecordSet[]; target: Name; wildcard?: Name }
  /** Delegated to name servers, which the topology does not know by this. */
  | { kind: 'cut'; at: Name }
  | { kind: 'no-type' }
  | { kind: 'no-name' }
  /** A DNAME makes a name that is too long. */
  | { kind: 'too-long' };

type Index = {
  sets: Map<Name, RecordSet[]>;
  cuts: Set<Name>;
  dnames: Map<Name, RecordSet>;
};

const indices = new WeakMap<Zone, Index>();

/** The sets that every zone has at its apex, whether its file says so or not. */
const APEX_TYPES = ['SOA', 'NS'];

/** RFC 1034 §4.3.2 step 3, with the wildcards of RFC 4592 and DNAME of RFC 6672. `name` is inside the zone; private zones do not delegate. */
export function contentAt(zone: Zone, name: Name, type: string): Content {
  const index = indexOf(zone);
  const crossing = crossingAbove(zone, index, name, type);
  if (crossing) return crossing;
  const sets = index.sets.get(name);
  if (sets) return choose(sets, name, type, name === zone.name);
  let encloser = parentOf(name)!;
  while (!index.sets.has(encloser)) encloser = parentOf(encloser)!;
  const wildcard = encloser === '.' ? '*.' : `*.${encloser}`;
  const multiplied = index.sets.get(wildcard)?.filter((set) => set.type !== 'NS');
  if (!multiplied) return { kind: 'no-name' };
  const content = choose(multiplied, name, type, false);
  return content.kind === 'records' || content.kind === 'alias' ? { ...content, wildcard } : content;
}

function choose(sets: readonly RecordSet[], name: Name, type: string, isApex: boolean): Content {
  const set = type === 'ANY' ? sets[0] : sets.find((each) => each.type === type);
  if (set) return { kind: 'records', set };
  // Which ones the apex has where the file is silent, no client depends on.
  if (isApex && (APEX_TYPES.includes(type) || type === 'ANY'))
    return { kind: 'records', set: { name, type, ttl: 0, data: [] } };
  const alias = sets.find((each) => each.type === 'CNAME');
  if (!alias) return { kind: 'no-type' };
  return { kind: 'alias', records: [{ ...alias, name }], target: nameFromWire(alias.data[0]!)!.name };
}

/** The cut or DNAME nearest to the apex hides all that is below it. */
function crossingAbove(zone: Zone, { cuts, dnames }: Index, name: Name, type: string): Content | undefined {
  if (cuts.size === 0 && dnames.size === 0) return undefined;
  let crossing: Content | undefined;
  for (let at = name; ; at = parentOf(at)!) {
    const dname = at === name ? undefined : dnames.get(at);
    if (cuts.has(at) && !(at === name && type === 'DS')) crossing = { kind: 'cut', at };
    else if (dname) crossing = renamed(dname, name, type);
    if (at === zone.name) return crossing;
  }
}

/** RFC 6672 §3.2: the DNAME, and a CNAME made from it. */
function renamed(set: RecordSet, name: Name, type: string): Content {
  const labels = nameToWire(name).subarray(0, -nameToWire(set.name).length);
  const target = set.data[0]!;
  if (labels.length + target.length > 255) return { kind: 'too-long' };
  const data = Uint8Array.from([...labels, ...target]);
  const cname: RecordSet = { name, type: 'CNAME', ttl: set.ttl, data: [data] };
  if (type === 'CNAME' || type === 'ANY') return { kind: 'records', set: cname };
  return { kind: 'alias', records: [set, cname], target: nameFromWire(data)!.name };
}

function indexOf(zone: Zone): Index {
  const known = indices.get(zone);
  if (known) return known;
  const index: Index = { sets: new Map([[zone.name, []]]), cuts: new Set(), dnames: new Map() };
  for (const set of zone.records) {
    const { name, type } = set;
    const there = index.sets.get(name);
    if (there) there.push(set);
    else index.sets.set(name, [set]);
    // Empty non-terminals exist (RFC 4592 §2.2.2).
    for (let at = name; at !== zone.name && isAtOrBelow(at, zone.name); ) {
      at = parentOf(at)!;
      if (index.sets.has(at)) break;
      index.sets.set(at, []);
    }
    const isCut = type === 'NS' && zone.kind !== 'private' && name !== zone.name && !name.startsWith('*.');
    if (isCut) index.cuts.add(name);
    if (type === 'DNAME') index.dnames.set(name, set);
  }
  indices.set(zone, index);
  return index;
}
