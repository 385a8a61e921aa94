import { isAtOrBelow, type Name, ROOT } from './name.ts';
import { nameToText, rdataToText } from './rdata-to-text.ts';
import type { RecordSet } from './record-set.ts';

/** Record sets → a zone file that `parseZoneFile` reads back as the same sets: one record a line, owner names relative to `origin`. */
export function formatZoneFile(origin: Name, records: readonly RecordSet[]): string {
  const lines = [`$ORIGIN ${nameToText(origin)}`];
  for (const { name, type, ttl, data } of records) {
    const owner = ownerText(name, origin);
    for (const rdata of data) lines.push(`${owner}\t${ttl}\tIN\t${type}\t${rdataToText(type, rdata)}`);
  }
  return `${lines.join('\n')}\n`;
}

function ownerText(name: Name, origin: Name): string {
  if (name === origin) return '@';
  if (origin === ROOT || !isAtOrBelow(name, origin)) return nameToText(name);
  return nameToText(name.slice(0, -origin.length - 1));
}
