import { isAtOrBelow, type Name, parentOf, type RecordSet } from '@pointsman/core/dns';
import { apexDefaults } from './apex-defaults.ts';
import type { RoutedSet } from './routing/routed-set.ts';

/** Who answers a zone: `private` by Route 53's rules for private hosted zones, the others by those of any authority. */
export type ZoneKind = 'private' | 'external' | 'public';

export type Zone = { name: Name; kind: ZoneKind; records: readonly RecordSet[] };

/** All that a name has of one type. */
export type NodeSet = RecordSet | RoutedSet;

/**
 * A zone made ready to answer from. Free of state of any query, so that any number of zone sets may share it.
 * `nodes` has every name that exists: owners, the apex, and the empty non-terminals between them (RFC 4592 §2.2.2), with the record sets there.
 */
export type CompiledZone = {
  readonly name: Name;
  readonly kind: ZoneKind;
  readonly nodes: Pick<ReadonlyMap<Name, readonly NodeSet[]>, 'get' | 'has'>;
  /** Zone cuts: the NS sets below the apex; none in a private hosted zone, which does not delegate. */
  readonly cuts: ReadonlyMap<Name, RecordSet>;
  readonly dnames: ReadonlyMap<Name, RecordSet>;
  /** The SOA as negative answers carry it: its TTL is min(TTL, minimum) (RFC 2308 §3). */
  readonly negativeSoa: RecordSet;
};

/** A zone that cannot be served, or zones that cannot be served together. */
export class ZoneError extends Error {
  readonly code: 'outside-zone' | 'duplicate-record-set' | 'duplicate-zone' | 'bad-soa';
  constructor(code: ZoneError['code'], message: string) {
    super(message);
    this.name = 'ZoneError';
    this.code = code;
  }
}

const NO_SETS: readonly RecordSet[] = [];

/**
 * Makes a zone ready to answer from, in time near-linear in its records. Where the apex has no SOA or no NS, it gets the ones that
 * Route 53 makes (private), or stand-ins.
 * @throws ZoneError for records outside the zone, a name and type that is there twice, or an SOA that is not the apex's only one
 */
export function compileZone(
  zone: Zone,
): CompiledZone & { readonly nodes: ReadonlyMap<Name, readonly RecordSet[]> } {
  const nodes = new Map<Name, RecordSet[] | readonly RecordSet[]>();
  const cuts = new Map<Name, RecordSet>();
  const dnames = new Map<Name, RecordSet>();
  nodes.set(zone.name, []);
  for (const set of zone.records) {
    addSet(zone, nodes, set);
    if (
      set.type === 'NS' &&
      zone.kind !== 'private' &&
      set.name !== zone.name &&
      !set.name.startsWith('*.')
    ) {
      cuts.set(set.name, set);
    }
    if (set.type === 'DNAME') dnames.set(set.name, set);
  }
  for (const set of apexDefaults(zone, nodes.get(zone.name)!)) addSet(zone, nodes, set);
  const soa = nodes.get(zone.name)!.find(({ type }) => type === 'SOA')!;
  return { name: zone.name, kind: zone.kind, nodes, cuts, dnames, negativeSoa: negativeSoaOf(soa) };
}

function addSet(zone: Zone, nodes: Map<Name, RecordSet[] | readonly RecordSet[]>, set: RecordSet): void {
  const present = nodes.get(set.name);
  if (present === undefined || present === NO_SETS) {
    if (!isAtOrBelow(set.name, zone.name)) {
      throw new ZoneError('outside-zone', `${set.name} is outside the zone ${zone.name}`);
    }
    nodes.set(set.name, [set]);
    for (let at = parentOf(set.name)!; present === undefined && !nodes.has(at); at = parentOf(at)!)
      nodes.set(at, NO_SETS);
  } else {
    if (present.some(({ type }) => type === set.type)) {
      throw new ZoneError(
        'duplicate-record-set',
        `${set.name} ${set.type} is there twice in the zone ${zone.name}`,
      );
    }
    (present as RecordSet[]).push(set);
  }
  if (set.type === 'SOA' && (set.name !== zone.name || set.data.length !== 1)) {
    throw new ZoneError(
      'bad-soa',
      `the zone ${zone.name} has one SOA record, at its apex, and ${set.name} has another`,
    );
  }
}

/** The SOA as negative answers carry it. */
export function negativeSoaOf(soa: RecordSet): RecordSet {
  const data = soa.data[0]!;
  const minimum = new DataView(data.buffer, data.byteOffset + data.length - 4).getUint32(0);
  return { ...soa, ttl: Math.min(soa.ttl, minimum) };
}
