import { type Name, parentOf, type RecordSet } from '@pointsman/core/dns';
import { type CompiledZone, type NodeSet, negativeSoaOf, type ZoneKind } from './compile-zone.ts';
import { policyOf } from './records/record-sets.ts';
import { valueToWire } from './records/values.ts';
import { type Candidate, isRouted, type RoutedSet } from './routing/routed-set.ts';
import type { HostedZone, ResourceRecordSet } from './store/model.ts';

/** A hosted zone of a store, made ready to answer from, name by name: a change costs what its names cost, and a name is compiled when it is first asked for. */
export type StoreZone = CompiledZone & {
  /** Puts all record sets of a name in place of those it had. */
  put(name: Name, sets: readonly ResourceRecordSet[]): void;
};

type Node = {
  sources: readonly ResourceRecordSet[];
  sets: readonly NodeSet[] | undefined;
  /** How many names lie directly below, with or without record sets of their own. */
  children: number;
};

const NO_SOURCES: readonly ResourceRecordSet[] = [];

export function createStoreZone(zone: HostedZone): StoreZone {
  const kind = zone.private ? 'private' : 'public';
  const nodes = new Map<Name, Node>([[zone.name, { sources: NO_SOURCES, sets: undefined, children: 0 }]]);
  const cuts = new Map<Name, RecordSet>();
  let soa: RecordSet | undefined;
  const setsAt = (name: Name): readonly NodeSet[] | undefined => {
    const node = nodes.get(name);
    if (node === undefined) return undefined;
    node.sets ??= compileSets(node.sources, kind, find);
    return node.sets;
  };
  const find = (name: Name, type: string) => setsAt(name)?.find((set) => set.type === type);
  return {
    name: zone.name,
    kind,
    nodes: { get: setsAt, has: (name) => nodes.has(name) },
    cuts,
    dnames: new Map(),
    get negativeSoa() {
      soa ??= negativeSoaOf(find(zone.name, 'SOA') as RecordSet);
      return soa;
    },
    put: (name, sources) => {
      putNode(nodes, zone.name, name, sources);
      if (name === zone.name) soa = undefined;
      else if (kind === 'public') putCut(cuts, name, find(name, 'NS'));
    },
  };
}

function putCut(cuts: Map<Name, RecordSet>, name: Name, set: NodeSet | undefined): void {
  if (set !== undefined && !isRouted(set)) cuts.set(name, set);
  else cuts.delete(name);
}

/** Empty non-terminals come and go with the names below them (RFC 4592 §2.2.2). */
function putNode(
  nodes: Map<Name, Node>,
  apex: Name,
  name: Name,
  sources: readonly ResourceRecordSet[],
): void {
  const node = nodes.get(name);
  if (node !== undefined) {
    node.sources = sources;
    node.sets = undefined;
    removeEmpty(nodes, apex, name);
    return;
  }
  if (sources.length === 0) return;
  nodes.set(name, { sources, sets: undefined, children: 0 });
  for (let at = name; at !== apex; at = parentOf(at)!) {
    const above = parentOf(at)!;
    const parent = nodes.get(above);
    if (parent !== undefined) {
      parent.children++;
      return;
    }
    nodes.set(above, { sources: NO_SOURCES, sets: undefined, children: 1 });
  }
}

function removeEmpty(nodes: Map<Name, Node>, apex: Name, name: Name): void {
  for (let at = name; at !== apex; at = parentOf(at)!) {
    const node = nodes.get(at)!;
    if (node.sources.length > 0 || node.children > 0) return;
    nodes.delete(at);
    nodes.get(parentOf(at)!)!.children--;
  }
}

function compileSets(
  sources: readonly ResourceRecordSet[],
  kind: ZoneKind,
  find: RoutedSet['find'],
): NodeSet[] {
  const byType = Map.groupBy(sources, ({ type }) => type);
  return Array.from(byType.values(), (group) => compileGroup(group, kind, find));
}

function compileGroup(group: readonly ResourceRecordSet[], kind: ZoneKind, find: RoutedSet['find']): NodeSet {
  const candidates = group.map(compileCandidate);
  const [first] = candidates;
  const { name, type } = first!.source;
  const policy = policyOf(first!.source);
  if (policy === 'simple' && first!.records !== undefined) return first!.records;
  // Private zones have IP-based record sets, and do not use them: …/DeveloperGuide/hosted-zone-private-considerations.html
  const unused = policy === 'ip-based' && kind === 'private';
  return { name, type, policy, candidates: unused ? [] : candidates, find };
}

function compileCandidate(source: ResourceRecordSet): Candidate {
  const { name, type, ttl, values } = source;
  if (values === undefined) return { source, records: undefined };
  const data = values.map((value) => valueToWire(type, value));
  return { source, records: { name, type, ttl: ttl!, data } };
}
