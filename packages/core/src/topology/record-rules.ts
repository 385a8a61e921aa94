import type { RecordSet } from '../dns/index.ts';
import type { Name } from '../dns/name.ts';
import { showName } from '../schema/path.ts';
import type { Finding } from './problem.ts';
import type { Zone } from './topology.ts';

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html */
const ROUTE_53_TYPES = new Set(
  'A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT'.split(' '),
);

/** The types that may stand beside a CNAME (RFC 4034 §2.5, §3, §4). */
const BESIDE_CNAME = new Set(['CNAME', 'RRSIG', 'NSEC']);

export type RecordMistake = { set: RecordSet; finding: Omit<Finding, 'path'> };

/**
 * What is wrong with the record sets of one zone taken together. The wording of the CNAME rules is Route 53's. A zone may
 * hold its own SOA and NS at the apex: in a private zone they take the place of the ones Route 53 makes.
 */
export function findRecordMistakes(
  zone: Name,
  sets: readonly RecordSet[],
  kind: Zone['kind'],
): RecordMistake[] {
  const others = new Set<Name>();
  for (const set of sets) if (!BESIDE_CNAME.has(set.type)) others.add(set.name);
  return sets.flatMap((set) => {
    const finding = mistakeOf(zone, set, kind, others);
    return finding ? [{ set, finding: { value: set.name, ...finding } }] : [];
  });
}

function mistakeOf(
  zone: Name,
  set: RecordSet,
  kind: Zone['kind'],
  others: ReadonlySet<Name>,
): Omit<Finding, 'path'> | undefined {
  if (set.type === 'CNAME') {
    const subject = `RRSet of type CNAME with DNS name ${set.name}`;
    if (set.name === zone) {
      const message = `${subject} is not permitted at apex in zone ${zone}`;
      return {
        code: 'cname-at-apex',
        message,
        remedy: 'write the addresses there, or move the name below the apex',
      };
    }
    if (others.has(set.name)) {
      const message = `${subject} conflicts with other records with the same DNS name in zone ${zone}`;
      return { code: 'cname-conflict', message, remedy: 'keep the CNAME or the other records' };
    }
    if (set.data.length > 1) {
      const message = `${subject} has ${set.data.length} targets`;
      return { code: 'cname-conflict', message, remedy: 'a name is an alias of one other name: keep one' };
    }
  }
  if (set.type === 'SOA' && (set.name !== zone || set.data.length > 1)) {
    const message = `SOA at ${showName(set.name)} is not the one of zone ${showName(zone)}`;
    return { code: 'bad-soa', message, remedy: 'a zone has one SOA, at its apex' };
  }
  if (kind === 'private' && !ROUTE_53_TYPES.has(set.type)) {
    const message = `Route 53 has no records of type ${set.type} (${showName(set.name)})`;
    return {
      code: 'unsupported-type',
      message,
      remedy: `a private zone holds ${[...ROUTE_53_TYPES].join(', ')}`,
    };
  }
  return undefined;
}
