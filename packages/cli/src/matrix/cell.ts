import { bare, type Verdict } from '@pointsman/core/verify';

/** What a cell of the matrix says, and how it looks. */
export type Cell = { kind: 'own' | 'public' | 'other' | 'unsure' | 'none'; text: string; title: string };

/** The cell of a zone. `isPublic`: it is a zone of kind `public`, which public DNS is to answer. */
export function cellOf(zone: string, isPublic: boolean, verdict: Verdict): Cell {
  const { disposition, zone: by, because } = verdict;
  const why = because === undefined ? '' : `: ${because}`;
  if (by === zone && (disposition === 'ANSWERED' || isPublic))
    return { kind: 'own', text: isPublic ? 'public' : 'answered', title: `${disposition} by ${bare(zone)}` };
  if (disposition === 'ANSWERED' || disposition === 'NXDOMAIN_BY')
    return {
      kind: 'other',
      text: `by ${bare(by!)}`,
      title: `${disposition} by ${bare(by!)}, and not by ${bare(zone)}`,
    };
  if (disposition === 'PUBLIC') {
    const title = isPublic
      ? 'PUBLIC'
      : `PUBLIC: its names leave for public DNS${by ? `, into ${bare(by)}` : ''}`;
    return { kind: isPublic ? 'own' : 'public', text: isPublic ? 'public' : 'PUBLIC', title };
  }
  return {
    kind: disposition === 'UNDECIDED' ? 'unsure' : 'none',
    text: disposition,
    title: `${disposition}${verdict.by ? ` (${verdict.by})` : ''}${why}`,
  };
}
