import type { SchemaIssue } from '../schema/issues.ts';
import { type Path, valueAt } from '../schema/path.ts';
import { type TopologySource, topologySchema } from './schema.ts';

const SECTIONS = ['networks', 'authorities', 'zones', 'forwarders'] as const;

/** What can be taken out of an entry without hurting the rest of it. */
const PARTS = new Set(['forwarders members', 'forwarders rules', 'forwarders views', 'zones records']);

type Section = (typeof SECTIONS)[number];
type WithGaps<T, Key extends keyof T> = Omit<T, Key> & {
  [List in Key]: T[List] extends (infer Item)[] ? (Item | undefined)[] : never;
};

/** A topology's source in which refused links, members and rules are gaps: the others keep their numbers. */
export type SalvagedSource = Omit<WithGaps<TopologySource, 'links'>, 'forwarders'> & {
  forwarders: Record<string, SalvagedTier>;
};
export type SalvagedTier = WithGaps<TopologySource['forwarders'][string], 'members' | 'rules'>;

/**
 * What is left of a value when unknown keys, and the entries that the schema refuses, are taken out; so that the mistakes which only
 * show between entries come to light in the same run.
 */
export function salvage(value: unknown, issues: readonly SchemaIssue[]): SalvagedSource {
  const cuts = new Map<string, Path>();
  const cut = (path: Path) => cuts.set(JSON.stringify(path), path);
  const isCut = (...path: Path) => cuts.has(JSON.stringify(path));
  for (const { code, path } of issues) cut(code === 'unknown-key' ? path : entryOf(path));
  for (const tier of declaredIn(value, 'forwarders')) {
    const members = listAt(value, ['forwarders', tier, 'members']);
    if (members.every((_, index) => isCut('forwarders', tier, 'members', index))) cut(['forwarders', tier]);
  }
  const root = asMap(prune(value, [...cuts.values()]));
  const source = topologySchema.parse({
    name: typeof root.name === 'string' && !isCut('name') ? root.name : 'unnamed',
    links: listAt(root, ['links']),
    ...Object.fromEntries(SECTIONS.map((section) => [section, asMap(root[section])])),
  });
  const reopen = <T>(items: readonly T[], path: Path): (T | undefined)[] => {
    const rest = items.values();
    return listAt(value, path).map((_, index) => (isCut(...path, index) ? undefined : rest.next().value));
  };
  const tiers = Object.entries(source.forwarders).map(([name, tier]) => {
    const path = ['forwarders', name];
    const members = reopen(tier.members, [...path, 'members']);
    return [name, { ...tier, members, rules: reopen(tier.rules, [...path, 'rules']) }] as const;
  });
  return { ...source, links: reopen(source.links, ['links']), forwarders: Object.fromEntries(tiers) };
}

/** The keys of a map in the value, of entries that the schema refuses too. */
export function declaredIn(value: unknown, section: Section): Set<string> {
  return new Set(Object.keys(asMap(valueAt(value, [section]))));
}

/** The smallest part that can be taken out with what is wrong at a path. */
function entryOf(path: Path): Path {
  const part = `${path[0]} ${path[2]}`;
  return path.slice(0, PARTS.has(part) && path.length > 3 ? 4 : 2);
}

/** The value without the keys and the items that the paths end in. */
function prune(value: unknown, cuts: readonly Path[]): unknown {
  if (cuts.length === 0 || typeof value !== 'object' || value === null) return value;
  const below = Map.groupBy(cuts, (path) => String(path[0]));
  const entries = Object.entries(value).flatMap(([key, each]) => {
    const rest = (below.get(key) ?? []).map((path) => path.slice(1));
    return rest.some((path) => path.length === 0) ? [] : [[key, prune(each, rest)] as const];
  });
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

function listAt(value: unknown, path: Path): unknown[] {
  const list = valueAt(value, path);
  return Array.isArray(list) ? list : [];
}

function asMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
