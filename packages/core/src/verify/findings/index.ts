export { FINDING_CODES, FINDING_RULES, type FindingCode, type Severity } from './codes.ts';
export { type AllowedFinding, type Findings, findFindings } from './find-findings.ts';
export type { Evidence, Finding, Place } from './finding.ts';
export { findingsOfProblems } from './of-problems.ts';
