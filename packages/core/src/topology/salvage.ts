import type { SchemaIssue } from '../schema/issues.ts';
import { type Path, valueAt } from '../schema/path.ts';
import { type TopologySource, topologySchema } from './schema.ts';

const SECTIONS = ['networks', 'authorities', 'zones', 'forwarders'] as const;

/** Lists and maps in an entry of which single items can be taken out without hurting the rest. */
const PARTS = new Set([
  'networks subnets',
  'forwarders members',
  'forwarders rules',
  'forwarders views',
  'zones records',
]);

/** Keys without which nothing can be said about an entry: one of them refused, the entry is taken out. The others are taken out alone. */
const REQUIRED: Record<string, readonly string[]> = {
  networks: ['kind'],
  links: ['kind', 'between'],
  authorities: ['network', 'addresses'],
  zones: ['kind', 'networks', 'authority', 'records'],
  forwarders: ['network', 'members'],
  allow: ['code', 'subject', 'reason'],
};

/** Judged by the schema alone: where one of them is left out, no mistake hides behind it. */
const WHOLLY_JUDGED = new Set(['networks load', 'links port53']);

type Section = (typeof SECTIONS)[number];
type WithGaps<T, Key extends keyof T> = Omit<T, Key> & {
  [List in Key]: T[List] extends (infer Item)[] ? (Item | undefined)[] : never;
};

/** A topology's source in which refused links, members and rules are gaps: the others keep their numbers. */
export type SalvagedSource = Omit<WithGaps<TopologySource, 'links'>, 'forwarders'> & {
  forwarders: Record<string, SalvagedTier>;
};
export type SalvagedTier = WithGaps<TopologySource['forwarders'][string], 'members' | 'rules'>;

export type Salvage = {
  /** A network whose region or CIDRs are refused has an empty region, no CIDRs: what depends on them cannot be judged. */
  source: SalvagedSource;
  /** True for what was taken out. */
  isLeftOut: (path: Path) => boolean;
  /** What was taken out and may hold more mistakes. */
  unread: Path[];
};

/**
 * What is left of a value when unknown keys, and the parts that the schema refuses, are taken out; so that the mistakes which only
 * show between entries come to light in the same run.
 */
export function salvage(value: unknown, issues: readonly SchemaIssue[]): Salvage {
  const cuts = cutsFor(value, issues);
  const isLeftOut = (path: Path) => cuts.has(JSON.stringify(path));
  const isCut = (...path: Path) => isLeftOut(path);
  const source = parseRest(asMap(prune(value, [...cuts.values()])));
  const reopen = <T>(items: readonly T[], path: Path): (T | undefined)[] => {
    const rest = items.values();
    return listAt(value, path).map((_, index) => (isCut(...path, index) ? undefined : rest.next().value));
  };
  const tiers = Object.entries(source.forwarders).map(([name, tier]) => {
    const path = ['forwarders', name];
    const members = reopen(tier.members, [...path, 'members']);
    const otherwise = isCut(...path, 'otherwise') ? ('refuse' as const) : tier.otherwise;
    return [name, { ...tier, members, rules: reopen(tier.rules, [...path, 'rules']), otherwise }] as const;
  });
  for (const [name, network] of Object.entries(source.networks)) {
    if (isCut('networks', name, 'cidrs')) network.cidrs = [];
    if (isCut('networks', name, 'region') && network.kind === 'vpc') network.region = '';
  }
  const isInsideCut = (path: Path) =>
    path.some((_, length) => length > 0 && isLeftOut(path.slice(0, length)));
  return {
    source: { ...source, links: reopen(source.links, ['links']), forwarders: Object.fromEntries(tiers) },
    isLeftOut,
    unread: [...cuts.values()].filter((path) => mayHide(path, valueAt(value, path)) && !isInsideCut(path)),
  };
}

/** The paths of what is taken out, by their JSON. A tier without any member that is left goes as a whole. */
function cutsFor(value: unknown, issues: readonly SchemaIssue[]): Map<string, Path> {
  const paths = issues.flatMap(({ code, path, meant }) => {
    if (code !== 'unknown-key') return [partOf(path)];
    // The key it stands for is missing, then.
    return meant && valueAt(value, meant) === undefined ? [path, partOf(meant)] : [path];
  });
  const cuts = new Map(paths.map((path) => [JSON.stringify(path), path]));
  for (const tier of declaredIn(value, 'forwarders')) {
    const path = ['forwarders', tier];
    const members = listAt(value, [...path, 'members']);
    if (members.every((_, index) => cuts.has(JSON.stringify([...path, 'members', index])))) {
      cuts.set(JSON.stringify(path), path);
    }
  }
  return cuts;
}

/** What is left, by the schema, which has nothing against it any more. */
function parseRest(root: Record<string, unknown>): TopologySource {
  const networks = Object.entries(asMap(root.networks)).map(([name, network]) => {
    return [name, { ...placeholdersFor(network), ...asMap(network) }];
  });
  return topologySchema.parse({
    name: typeof root.name === 'string' ? root.name : 'unnamed',
    links: listAt(root, ['links']),
    ...Object.fromEntries(SECTIONS.map((section) => [section, asMap(root[section])])),
    networks: Object.fromEntries(networks),
  });
}

/** What the schema wants of a network and what is taken away again after it. */
function placeholdersFor(network: unknown): object {
  const { kind } = asMap(network);
  return { cidrs: ['0.0.0.0/16'], ...(kind === 'vpc' ? { region: 'xx-unread-1' } : {}) };
}

function mayHide(path: Path, value: unknown): boolean {
  const isEmpty = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  return !isEmpty && path[0] !== 'allow' && !WHOLLY_JUDGED.has(`${path[0]} ${path[2]}`);
}

/** The keys of a map in the value, of entries that the schema refuses too. */
export function declaredIn(value: unknown, section: Section): Set<string> {
  return new Set(Object.keys(asMap(valueAt(value, [section]))));
}

/** The smallest part that can be taken out with what is wrong at a path. */
function partOf(path: Path): Path {
  const [section, , key] = path;
  if (PARTS.has(`${section} ${key}`) && path.length > 3) return path.slice(0, 4);
  const isRequired = key === undefined || (REQUIRED[String(section)]?.includes(String(key)) ?? true);
  return path.slice(0, isRequired ? 2 : 3);
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
