import type { Name, RecordSet } from '../dns/index.ts';
import { rdataToText } from '../dns/rdata-to-text.ts';
import type { Disposition } from './disposition.ts';
import type { Said, TracedRecord } from './trace.ts';

/** What one who is asked for one name gives back. */
export type Reply = {
  disposition: Disposition;
  zone?: Name;
  /** Who decided. */
  by: string;
  because?: string;
  /** `silent`: nothing comes back; undefined: something, but what is not known. */
  rcode: string | undefined;
  /** The aliases on the way. */
  aliases: Alias[];
  /** The name at their end, and its records; undefined where they are not known. */
  name: Name;
  records: TracedRecord[] | undefined;
  /** The aliases lead to a name that it does not answer: it gives only the aliases. */
  open: boolean;
};

export type Alias = { records: TracedRecord[]; target: Name };

/** The end of a path that somebody decides alone, without records. */
export function endAt(
  name: Name,
  disposition: Disposition,
  rcode: string | undefined,
  by: string,
  rest: Partial<Reply> = {},
): Reply {
  return { disposition, rcode, by, aliases: [], name, records: [], open: false, ...rest };
}

/** Who asks decides what counts as an answer: others are asked where this is false. */
export function isAccepted(reply: Reply, asker: AskerKind): boolean {
  const { rcode, disposition } = reply;
  if (rcode === undefined) return true;
  if (rcode === 'silent' || rcode === 'SERVFAIL') return false;
  if (asker === 'authority') return true;
  return (rcode === 'NOERROR' || rcode === 'NXDOMAIN') && disposition !== 'LOOP';
}

/**
 * A stub resolver goes on to the next server where one is silent, fails or refuses (as glibc's does), and so does a forwarder. The DNS servers of a data centre go
 * on at silence and SERVFAIL.
 */
export type AskerKind = 'client' | 'tier' | 'authority';

export function saidOf({ rcode, aliases, records }: Reply): Said | undefined {
  if (rcode === 'silent') return 'silent';
  if (rcode === undefined || records === undefined) return undefined;
  return { rcode, answers: [...aliases.flatMap((alias) => alias.records), ...records] };
}

export function recordsIn(set: RecordSet, owner: Name): TracedRecord[] {
  const { type, ttl, data } = set;
  return data.map((bytes) => ({ name: owner, type, ttl, data: rdataToText(type, bytes) }));
}
