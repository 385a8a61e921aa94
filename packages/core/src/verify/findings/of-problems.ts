import type { TopologyProblem } from '../../topology/problem.ts';
import type { FindingCode } from './codes.ts';
import type { Finding } from './finding.ts';

/** Mistakes that the parser refuses a topology for, and that are findings by another name. */
const CODES: Readonly<Record<string, FindingCode>> = {
  'reserved-address': 'address-reserved',
  'outside-subnet': 'address-outside-subnet',
  'duplicate-address': 'address-taken',
  'overlapping-cidrs': 'cidr-overlap',
  'overlapping-peering': 'cidr-overlap',
  'cname-at-apex': 'apex-cname',
  'no-vpc-resolver': 'vpc-dns-off',
};

/** A topology that does not parse is not verified; what is known to be wrong with it all the same has its finding's code. */
export function findingsOfProblems(problems: readonly TopologyProblem[]): Finding[] {
  return problems.flatMap(({ code, path, line, column, message, remedy }) => {
    const found = CODES[code];
    if (found === undefined) return [];
    const place = { path, ...(line === undefined ? {} : { line, column: column! }) };
    const evidence = { text: message, at: [place] };
    return [{ code: found, severity: 'error', subject: subjectOf(path), evidence, remedy }];
  });
}

/** `networks.shared.cidrs.1` → `networks/shared`; `zones."corp.example".records` → `zones/corp.example`. */
function subjectOf(path: string): string {
  const [, section, quoted, plain] = /^([^.]*)\.(?:"([^"]*)"|([^.]*))/.exec(path) ?? [];
  return section === undefined ? path : `${section}/${quoted ?? plain}`;
}
