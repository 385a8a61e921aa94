import { type Name, ROOT } from '../dns/name.ts';

/** Where something stands in a parsed file: the keys and list indexes that lead to it from the top. */
export type Path = readonly (string | number)[];

/** `networks.orders.cidrs.0`; a key that could be misread (a domain name, a CIDR) stands in quotes. */
export function formatPath(path: Path): string {
  return path
    .map((key) =>
      typeof key === 'number' || /^[A-Za-z0-9_@*-]+$/.test(key) ? String(key) : JSON.stringify(key),
    )
    .join('.');
}

/** The value at a path; undefined where the path leads nowhere. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
}

/** A value as a message shows it: one line, quoted where it is a text, at most 80 characters. */
export function showValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol')
    return typeof value;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a map';
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 76)}…"`;
}

/** A domain name as messages show it: without the final dot. */
export function showName(name: Name): string {
  return name === ROOT ? name : name.slice(0, -1);
}
