import { bare } from '@pointsman/core/verify';
import type { Difference, World } from '@pointsman/lab';
import { complain, count, firstOf, say, sayJson, shellWord, style, timeOfDay } from '../terminal.ts';

/** So many differences are told one by one at the start; the rest by number. */
const MOST_TOLD = 12;

/** What a state file has kept, and what of it gave way to the file. */
export function tellKept({ differences, conflicts }: World['route53'], file: string, json: boolean): void {
  const kept = differences();
  if (json) {
    for (const difference of kept) sayJson({ event: 'drift', kept: true, ...difference });
    for (const { because, ...conflict } of conflicts) {
      sayJson({ event: 'drift-conflict', ...conflict, message: because });
    }
    return;
  }
  if (kept.length > 0) {
    say(
      `${style('yellow', 'Note')} ${count(kept.length, 'thing')} not as ${shellWord(file)} says, by earlier calls of the API:`,
    );
    for (const line of firstOf(kept.map(phrase), MOST_TOLD)) say(`  ${line}`);
    say('');
  }
  for (const { because, ...conflict } of conflicts) {
    complain(`not kept, since ${because}: ${phrase(conflict)}`);
  }
}

export function tellDifference(difference: Difference, json: boolean): void {
  if (json) sayJson({ event: 'drift', ...difference });
  else say(`${timeOfDay()} ${style('yellow', '±')} ${phrase(difference)}`);
}

/** `www.cloud.example A is 10.0.0.9 (60 s); the file says 10.0.0.1 (300 s)`. */
function phrase({ subject, name, type, setIdentifier, change, file, now }: Difference): string {
  const identifier = setIdentifier === undefined ? '' : ` (${setIdentifier})`;
  const what =
    subject === 'record-set' ? `${bare(name)} ${type}${identifier}` : `${SUBJECTS[subject]}${bare(name)}`;
  switch (change) {
    case 'added':
      return `${what} is new${said(now, ': ')}`;
    case 'removed':
      return `${what} is gone${said(file, '; the file says ')}`;
    case 'changed':
      return `${what} is ${said(now, '') || 'changed'}${said(file, '; the file says ')}`;
    case 'reverted':
      return `${what} is as the file says again`;
  }
}

const SUBJECTS = {
  zone: 'the zone ',
  'health-check': 'the health check ',
  tags: 'the tags of ',
  'delegation-set': 'the delegation set ',
  'cidr-collection': 'the CIDR collection ',
  'record-set': '',
};

/** The values of a record set, or where it leads; empty for anything else, which has no short form. */
function said(content: unknown, before: string): string {
  const { values, ttl, alias } = (content ?? {}) as {
    values?: readonly string[];
    ttl?: number;
    alias?: { dnsName: string };
  };
  if (alias) return `${before}an alias of ${bare(alias.dnsName)}`;
  return values ? `${before}${values.join(', ')} (${ttl} s)` : '';
}
