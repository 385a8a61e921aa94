import { ANSWERING_ZONE } from '../upstream/nsd.ts';

/** The names that are asked, and the forwarding rules that cover them. Names of one length, so that packets are too. */

/** One rule covers the whole zone; several cover a subdomain each, and nothing covers the zone itself. */
export function ruleSuffixes(count: number): string[] {
  if (count === 1) return [ANSWERING_ZONE];
  return Array.from({ length: count }, (_, rule) => `z${digits(rule)}.${ANSWERING_ZONE}`);
}

/** The `index`-th of the names that start with `series`; they go round all rules, far from rule to rule. */
export function nameAt(series: string, index: number, rules: number): string {
  // 7919 is prime and no divisor of a power of ten: multiples of it visit every rule before they come back to one.
  return `${series}${digits(index)}.z${digits((index * 7919) % rules)}.${ANSWERING_ZONE}`;
}

export function namesOf(series: string, count: number, rules: number): string[] {
  return Array.from({ length: count }, (_, index) => nameAt(series, index, rules));
}

/** dnsperf's input. */
export function queryLines(names: readonly string[]): string {
  return names.map((name) => `${name} A\n`).join('');
}

function digits(number: number): string {
  return String(number).padStart(6, '0');
}
