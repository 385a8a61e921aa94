import { showName } from '../../schema/path.ts';
import { type FindingContext, zoneSubject } from './context.ts';
import type { Draft } from './finding.ts';
import { counted, listed } from './words.ts';

/** `ttl-zero`: records that no cache may keep (RFC 1035 §3.2.1): each question for them goes all the way. */
export function findZeroTtls({ topology }: FindingContext): Draft[] {
  return topology.zones.flatMap((zone) => {
    const sets = zone.records.filter(({ ttl }) => ttl === 0);
    if (sets.length === 0 || zone.kind === 'public') return [];
    const names = listed(sets.map(({ name, type }) => `${showName(name)} ${type}`));
    return [
      {
        code: 'ttl-zero',
        subject: zoneSubject(zone),
        text: `${counted(sets.length, 'record set')} with a TTL of 0: ${names}`,
        paths: [[...zone.path, 'records']],
        remedy: 'give them the longest time for which an old answer is harmless, if only 5 seconds',
      },
    ];
  });
}
