import type { Allowance, Topology } from '../../topology/topology.ts';
import type { Draft } from './finding.ts';

type Sorted = { open: Draft[]; allowed: { draft: Draft; allowance: Allowance }[] };

/** Which drafts may stay, each with what allows it; the rest; and a notice for each entry that allows nothing, which may be allowed in turn. */
export function sortAllowed(topology: Topology, drafts: readonly Draft[]): Sorted {
  const isLast = ({ code }: Allowance) => code === 'unused-allow';
  const first = sortBy(
    topology.allow.filter((each) => !isLast(each)),
    drafts,
  );
  const last = sortBy(topology.allow.filter(isLast), first.unused);
  return {
    open: [...first.open, ...last.open, ...last.unused],
    allowed: [...first.allowed, ...last.allowed],
  };
}

function sortBy(allowances: readonly Allowance[], drafts: readonly Draft[]): Sorted & { unused: Draft[] } {
  const byCode = Map.groupBy(allowances, ({ code }) => code);
  const used = new Set<Allowance>();
  const allowed: Sorted['allowed'] = [];
  const open = drafts.filter((draft) => {
    const fitting = (byCode.get(draft.code) ?? []).filter(
      ({ subject }) => subject === undefined || subject === draft.subject,
    );
    for (const allowance of fitting) used.add(allowance);
    if (fitting.length > 0) allowed.push({ draft, allowance: fitting[0]! });
    return fitting.length === 0;
  });
  const unused = allowances.filter((allowance) => !used.has(allowance));
  return { open, allowed, unused: unused.map((each) => unusedAllowance(each, drafts)) };
}

function unusedAllowance({ path, code, subject }: Allowance, drafts: readonly Draft[]): Draft {
  const subjects = drafts.flatMap((draft) => (draft.code === code ? [draft.subject] : []));
  const instead = subjects.length > 0 ? `; it is found at ${subjects.slice(0, 3).join(', ')}` : '';
  return {
    code: 'unused-allow',
    subject: path.join('.'),
    text: `${code}${subject === undefined ? '' : ` of ${subject}`} is allowed, and not found${instead}`,
    paths: [path],
    remedy: 'remove the entry, or correct its subject',
  };
}
