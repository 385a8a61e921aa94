import { compareTexts } from './finding.ts';

/** How many of many things a text names. */
const MOST_NAMED = 3;

/** `a, b, c and 7 more`: the first in order. Linear: lists of ten thousand are common where much is wrong. */
export function listed(items: readonly string[], separator = ', '): string {
  const least: string[] = [];
  for (const item of items) {
    if (least.length === MOST_NAMED && byReach(item, least.at(-1)!) >= 0) continue;
    least.push(item);
    least.sort(byReach);
    if (least.length > MOST_NAMED) least.pop();
  }
  const more = items.length - least.length;
  return `${least.map(withoutDot).join(separator)}${more > 0 ? ` and ${more} more` : ''}`;
}

/** `1 zone`, `2 zones`. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/** The order of names in texts: reverse names last, for they say less. */
export function byReach(a: string, b: string): number {
  return Number(isReverse(a)) - Number(isReverse(b)) || compareTexts(a, b);
}

function isReverse(name: string): boolean {
  return name.endsWith('.arpa') || name.endsWith('.arpa.');
}

/** A domain name as people write it; other texts do not end in a dot. */
function withoutDot(text: string): string {
  return text.length > 1 && text.endsWith('.') ? text.slice(0, -1) : text;
}
