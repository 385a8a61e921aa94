import type { Mutation, TaggedResource } from '@pointsman/zones';

/**
 * What a store holds, taken apart: a part is a mutation that puts one thing in place whole, with all record sets of one name being one thing.
 * That a thing is not there is a part, too. Changes, which only GetChange tells of, are none.
 */
export type Part = Exclude<Mutation, { kind: 'change' }>;

/** The parts that a write put in place, in its order. */
export function partsOf(mutations: Iterable<Mutation>): Part[] {
  return Array.from(mutations, (mutation): Part[] => {
    if (mutation.kind === 'change') return [];
    if (mutation.kind !== 'names') return [mutation];
    const { kind, zoneId, names } = mutation;
    return Array.from(names, (entry): Part => ({ kind, zoneId, names: new Map([entry]) }));
  }).flat();
}

/** What a part is a part of: the same for all that it may become. */
export function keyOf(part: Part): string {
  switch (part.kind) {
    case 'zone':
      return `zone ${part.zone.id}`;
    case 'zone-gone':
      return `zone ${part.id}`;
    case 'names':
      return `${namesPrefix(part.zoneId)}${part.names.keys().next().value}`;
    case 'health-check':
      return `health-check ${part.healthCheck.id}`;
    case 'health-check-gone':
      return `health-check ${part.id}`;
    case 'tags':
      return tagsKey(part.resource);
    case 'delegation-set':
      return `delegation-set ${part.delegationSet.id}`;
    case 'delegation-set-gone':
      return `delegation-set ${part.id}`;
    case 'cidr-collection':
      return `cidr-collection ${part.cidrCollection.id}`;
    case 'cidr-collection-gone':
      return `cidr-collection ${part.id}`;
  }
}

/** What the keys of all names of a zone begin with. */
export function namesPrefix(zoneId: string): string {
  return `names ${zoneId} `;
}

export function tagsKey({ kind, id }: TaggedResource): string {
  return `tags ${kind} ${id}`;
}

/** The part that says that the same thing is not there. */
export function absenceOf(part: Part): Part {
  switch (part.kind) {
    case 'zone':
      return { kind: 'zone-gone', id: part.zone.id };
    case 'names':
      return { ...part, names: new Map([[part.names.keys().next().value!, []]]) };
    case 'health-check':
      return { kind: 'health-check-gone', id: part.healthCheck.id };
    case 'tags':
      return { ...part, tags: {} };
    case 'delegation-set':
      return { kind: 'delegation-set-gone', id: part.delegationSet.id };
    case 'cidr-collection':
      return { kind: 'cidr-collection-gone', id: part.cidrCollection.id };
    default:
      return part;
  }
}

/** As JSON, the same text for the same part: values of records in one order, as their order means nothing. */
export function encodePart(part: Part): string {
  if (part.kind !== 'names') return JSON.stringify(part, sortKeys);
  const names = Array.from(part.names, ([name, sets]) => [
    name,
    sets.map((set) => (set.values ? { ...set, values: set.values.toSorted() } : set)),
  ]);
  return JSON.stringify({ ...part, names }, sortKeys);
}

/** @throws SyntaxError */
export function decodePart(text: string): Part {
  const part = JSON.parse(text);
  return part.kind === 'names' ? { ...part, names: new Map(part.names) } : part;
}

export function isSamePart(a: Part, b: Part): boolean {
  return encodePart(a) === encodePart(b);
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
