import type { Name } from '../dns/name.ts';

/**
 * How asking for a name ends. The set is closed, and docs/verify.md has a paragraph on each.
 *
 * - `ANSWERED`: a private or external zone of the topology answers. Where it has the name but not the type (NODATA) that is an answer too:
 *   one without records.
 * - `NXDOMAIN_BY`: a private or external zone covers the name and says that it does not exist.
 * - `PUBLIC`: the question leaves for public DNS; where a zone of kind `public` covers the name, that zone says what comes back.
 * - `REFUSED_BY`: whoever is asked does not serve the asker, or does not forward the name.
 * - `NO_ROUTE`: nobody that may be asked can be reached, or those who can have failed.
 * - `LOOP`: forwarding, or a chain of aliases, comes back to where it was, or does not end.
 * - `NO_RESOLVER`: the asker knows nobody to ask.
 * - `UNDECIDED`: it depends on something that the topology does not say.
 *
 * Where aliases are followed, the disposition is that of the name they end at.
 */
export const DISPOSITIONS = [
  'ANSWERED',
  'NXDOMAIN_BY',
  'PUBLIC',
  'REFUSED_BY',
  'NO_ROUTE',
  'LOOP',
  'NO_RESOLVER',
  'UNDECIDED',
] as const;

export type Disposition = (typeof DISPOSITIONS)[number];

/** What becomes of all names of a class: `NXDOMAIN_BY` does not occur, for which names exist is not a matter of the class. */
export type Verdict = {
  readonly disposition: Disposition;
  /** The zone that decides. */
  readonly zone?: Name;
  /** Who says so, or cannot be asked: `forwarders/main`, `resolvers/shared`, `authorities/sydney-dns`, `addresses/9.9.9.9`. */
  readonly by?: string;
  /** What the topology does not say (`UNDECIDED`), or why nobody can be asked. */
  readonly because?: string;
};

/** True where a name of the class gets to the zone that is to answer it, or to public DNS. */
export function isServed({ disposition }: Pick<Verdict, 'disposition'>): boolean {
  return disposition === 'ANSWERED' || disposition === 'NXDOMAIN_BY' || disposition === 'PUBLIC';
}
