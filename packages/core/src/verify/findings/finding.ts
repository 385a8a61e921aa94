import type { Path } from '../../schema/path.ts';
import type { Position } from '../../topology/topology.ts';
import type { Trace } from '../trace.ts';
import { FINDING_RULES, type FindingCode, type Severity } from './codes.ts';

/** What is wrong, or may go wrong, with a topology that has no mistakes. */
export type Finding = {
  code: FindingCode;
  severity: Severity;
  /** `networks/orders`, `zones/corp.acme.example`, `forwarders/main/a`, `links/shared-orders`, `authorities/sydney-dns`. */
  subject: string;
  evidence: Evidence;
  remedy: string;
};

export type Evidence = {
  /** What is the matter, and for whom. */
  text: string;
  /** Where it stands in the topology, the most telling place first. */
  at: Place[];
  /** What has to fail first: `az:ap-southeast-2a`, `member:main/a`, `link:shared-orders`, `upstream:192.168.1.53`. */
  without?: string;
  /** The path of a query that shows it, with that failed. */
  trace?: Trace;
};

export type Place = { path: string } & Partial<Position>;

/** A finding as the module that finds it says it: places are still paths, and its trace a question. */
export type Draft = {
  code: FindingCode;
  /** Where it is less than the code's own. */
  severity?: Severity;
  subject: string;
  text: string;
  paths: readonly Path[];
  remedy: string;
  without?: string;
  /** A question that shows it. */
  question?: { network: string; name: string };
};

export function severityOf(draft: Pick<Draft, 'code' | 'severity'>): Severity {
  return draft.severity ?? FINDING_RULES[draft.code].severity;
}

/** The worst is the least. */
export const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, notice: 2 };

/** The worst first; then by code and subject, so that the order of the file changes nothing. */
export function compareDrafts(a: Draft, b: Draft): number {
  return (
    RANK[severityOf(a)] - RANK[severityOf(b)] ||
    compareTexts(a.code, b.code) ||
    compareTexts(a.subject, b.subject) ||
    compareTexts(a.text, b.text)
  );
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
