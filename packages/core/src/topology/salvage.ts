import type { Path } from '../schema/path.ts';
import { type TopologySource, topologySchema } from './schema.ts';

const SECTIONS = ['networks', 'authorities', 'zones', 'forwarders'] as const;

/**
 * What is left of a value when each entry that the schema refuses is taken out, so that the mistakes which only show between entries
 * come to light in the same run. `blamed` are the paths of what the schema refused.
 */
export function salvage(value: unknown, blamed: readonly Path[]): TopologySource {
  const root = asMap(value);
  const refused = new Set(blamed.map((path) => JSON.stringify(path.slice(0, 2))));
  const broken = (...path: Path) => refused.has(JSON.stringify(path));
  const name = broken('name') ? 'unnamed' : root.name;
  const sections = SECTIONS.map((section) => {
    const entries = Object.entries(asMap(root[section])).filter(([key]) => !broken(section, key));
    return [section, Object.fromEntries(entries)] as const;
  });
  const links = Array.isArray(root.links) ? root.links.filter((_, index) => !broken('links', index)) : [];
  return topologySchema.parse({ name, links, ...Object.fromEntries(sections) });
}

/** The keys of a map in the value, of entries that the schema refuses too. */
export function declaredIn(value: unknown, section: (typeof SECTIONS)[number]): Set<string> {
  return new Set(Object.keys(asMap(asMap(value)[section])));
}

function asMap(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
