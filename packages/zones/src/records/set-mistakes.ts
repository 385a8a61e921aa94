import { isAtOrBelow, type Name } from '@pointsman/core/dns';
import type { HostedZone, ResourceRecordSet } from '../store/model.ts';
import { formatRoute53Name } from './names.ts';
import { valueMistake } from './values.ts';

/** Rules of one record set in a zone, whatever else is in it. */

const ONE_VALUE = new Set(['CNAME', 'SOA']);

export function isOutside(zone: HostedZone, name: Name): boolean {
  return !isAtOrBelow(name, zone.name);
}

/** AWS's words for every rule that a record set breaks. */
export function setMistakes(zone: HostedZone, set: ResourceRecordSet): string[] {
  const { name, type, values = [] } = set;
  const owner = formatRoute53Name(name);
  const apex = formatRoute53Name(zone.name);
  const messages: string[] = [];
  const atApex = name === zone.name;
  if (type === 'CNAME' && atApex) {
    messages.push(`RRSet of type CNAME with DNS name ${owner} is not permitted at apex in zone ${apex}`);
  }
  if (type === 'SOA' && !atApex) {
    messages.push(`RRSet of type SOA with DNS name ${owner} is only permitted at apex in zone ${apex}`);
  }
  if (type === 'DS' && atApex) {
    messages.push(`RRSet of type DS with DNS name ${owner} is not permitted at apex in zone ${apex}`);
  }
  if (type === 'NS' && name.startsWith('*.')) {
    messages.push(
      `RRSet of type NS with DNS name ${owner} is not permitted because wildcards are not supported for NS records`,
    );
  }
  if ((type === 'NS' || type === 'SOA') && set.alias !== undefined) {
    messages.push(`RRSet of type ${type} with DNS name ${owner} cannot be an alias`);
  }
  if (ONE_VALUE.has(type) && values.length > 1) {
    messages.push(`RRSet of type ${type} with DNS name ${owner} must have exactly one resource record`);
  }
  values.forEach((value, index) => {
    if (values.indexOf(value) !== index) messages.push(`Duplicate Resource Record: '${value}'`);
    const mistake = valueMistake(type, value);
    if (mistake !== undefined) messages.push(mistake);
  });
  return messages;
}
