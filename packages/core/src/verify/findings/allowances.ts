import type { Allowance, Topology } from '../../topology/topology.ts';
import type { FindingCode } from './codes.ts';
import type { Draft } from './finding.ts';

/** Which drafts may stay, each with what allows it; the rest; and a notice for each entry that allows nothing. */
export function sortAllowed(
  topology: Topology,
  drafts: readonly Draft[],
): { open: Draft[]; allowed: { draft: Draft; allowance: Allowance }[] } {
  const byCode = Map.groupBy(topology.allow, ({ code }) => code);
  const used = new Set<Allowance>();
  const allowed: { draft: Draft; allowance: Allowance }[] = [];
  const open = drafts.filter((draft) => {
    const fitting = (byCode.get(draft.code) ?? []).filter(
      ({ subject }) => subject === undefined || subject === draft.subject,
    );
    for (const allowance of fitting) used.add(allowance);
    if (fitting.length > 0) allowed.push({ draft, allowance: fitting[0]! });
    return fitting.length === 0;
  });
  const unused = topology.allow.filter((allowance) => !used.has(allowance));
  return { open: [...open, ...unused.map((each) => unusedAllowance(each, drafts))], allowed };
}

function unusedAllowance({ path, code, subject }: Allowance, drafts: readonly Draft[]): Draft {
  const subjects = drafts.flatMap((draft) => (draft.code === code ? [draft.subject] : []));
  const instead = subjects.length > 0 ? `; it is found at ${subjects.slice(0, 3).join(', ')}` : '';
  return {
    code: 'unused-allow' satisfies FindingCode,
    subject: path.join('.'),
    text: `${code}${subject === undefined ? '' : ` of ${subject}`} is allowed, and not found${instead}`,
    paths: [path],
    remedy: 'remove the entry, or correct its subject',
  };
}
