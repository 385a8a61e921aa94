import { type Finding, type Findings, findFindings, type Severity } from '@pointsman/core/findings';
import { type Plan, planTopology } from '@pointsman/core/plan';
import type { Topology } from '@pointsman/core/topology';
import { buildModel } from '@pointsman/core/verify';
import { Outcome } from '../outcome.ts';
import { complain, count, firstOf, sayJson } from '../terminal.ts';
import { findingLine } from './text.ts';

/** How many errors are named where a command does not start because of them. */
const MOST_NAMED = 8;

/** The option by which a command applies a topology that has errors. */
export const DESPITE_FINDINGS = [
  '--despite-findings',
  'go on where `pointsman check` finds errors, and only say so',
] as const;

/**
 * What every command does that applies a topology: nothing, where `check` finds an error in it, unless it is told to go on. Warnings and
 * notices do not stop it.
 * @throws Outcome 1 where it stops
 */
export function stopAtErrors(
  topology: Topology,
  options: { json?: boolean; despiteFindings?: boolean },
  plan: Plan = planTopology(topology),
): void {
  const errors = ofSeverity(findingsOf(topology, plan), 'error');
  if (errors.length === 0) return;
  if (options.json && !options.despiteFindings) {
    sayJson({ event: 'error', code: 'findings', findings: errors });
    throw new Outcome(1);
  }
  const lines = firstOf(errors.map(findingLine), MOST_NAMED);
  const what = `${count(errors.length, 'error')} in ${topology.file} (\`pointsman check\` says more)`;
  if (!options.despiteFindings) {
    throw new Outcome(1, [`${what}; --despite-findings goes on all the same`, ...lines].join('\n'));
  }
  if (options.json) sayJson({ event: 'findings', findings: errors });
  else complain([what, ...lines].join('\n'));
}

export function findingsOf(topology: Topology, plan: Plan): Findings {
  return findFindings(buildModel(topology, plan));
}

export function ofSeverity({ findings }: Findings, severity: Severity): Finding[] {
  return findings.filter((each) => each.severity === severity);
}
