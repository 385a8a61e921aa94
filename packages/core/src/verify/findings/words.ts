import { compareTexts } from './finding.ts';

/** How many of many things a text names. */
const MOST_NAMED = 3;

/** `a, b, c and 7 more`; each once. */
export function listed(items: Iterable<string>, separator = ', '): string {
  const all = [...new Set(items)].sort(byReach);
  if (all.length <= MOST_NAMED) return all.join(separator);
  return `${all.slice(0, MOST_NAMED).join(separator)} and ${all.length - MOST_NAMED} more`;
}

/** `1 zone`, `2 zones`. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** Reverse names last: they say less. */
function byReach(a: string, b: string): number {
  return Number(a.endsWith('.arpa')) - Number(b.endsWith('.arpa')) || compareTexts(a, b);
}
