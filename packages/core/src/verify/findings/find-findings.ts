import { formatPath } from '../../schema/path.ts';
import { parseFailure } from '../failure.ts';
import type { Model } from '../model.ts';
import type { Trace } from '../trace.ts';
import { traceName } from '../trace-name.ts';
import { findAccountCrossings } from './accounts.ts';
import { findBadAddresses } from './addresses.ts';
import { findBadAliases } from './aliases.ts';
import { sortAllowed } from './allowances.ts';
import { findAutodefinedReverse } from './autodefined.ts';
import { findCapturedPublicNames } from './captures.ts';
import type { FindingCode } from './codes.ts';
import { type FindingContext, makeContext } from './context.ts';
import { findAttributesOff, findMixedResolvers } from './dhcp.ts';
import { compareDrafts, type Draft, type Evidence, type Finding, severityOf } from './finding.ts';
import { findBypassedMembers } from './forwards.ts';
import { findNarrowLinks } from './links.ts';
import { findOverloads } from './loads.ts';
import { findOverlaps } from './overlaps.ts';
import { findExceededQuotas } from './quotas.ts';
import { findReverseFaults } from './reverse.ts';
import { findShadowedRecords } from './shadows.ts';
import { findZeroTtls } from './ttls.ts';
import { findByWalking } from './walked.ts';

/** Findings, the worst first; `allowed` are those that the topology lets stay, each with the reason. */
export type Findings = { findings: Finding[]; allowed: AllowedFinding[] };

export type AllowedFinding = Finding & { reason: string };

/** Every family of codes; each in time near-linear in the topology. */
const FAMILIES: readonly ((context: FindingContext) => Draft[])[] = [
  findByWalking,
  findMixedResolvers,
  findAttributesOff,
  findAccountCrossings,
  findCapturedPublicNames,
  findBadAddresses,
  findBadAliases,
  findBypassedMembers,
  findExceededQuotas,
  findNarrowLinks,
  findOverlaps,
  findOverloads,
  findReverseFaults,
  findAutodefinedReverse,
  findShadowedRecords,
  findZeroTtls,
];

/** Traces show what a text says; a reader needs some of them, and each takes time. */
const MOST_TRACES_OF_A_CODE = 20;

/** All that is wrong, or may go wrong, with a topology. Pure: the same topology has the same findings, whatever the order of its file. */
export function findFindings(model: Model): Findings {
  const context = makeContext(model);
  const drafts = FAMILIES.flatMap((find) => find(context)).sort(compareDrafts);
  const { open, allowed } = sortAllowed(model.topology, drafts);
  const finish = finisher(model);
  return {
    findings: open.sort(compareDrafts).map(finish),
    allowed: allowed.map(({ draft, allowance }) => ({ ...finish(draft), reason: allowance.reason })),
  };
}

function finisher(model: Model): (draft: Draft) => Finding {
  const traced = new Map<FindingCode, number>();
  return (draft) => {
    const { code, subject, text, paths, remedy, without, question } = draft;
    const evidence: Evidence = {
      text,
      at: paths.map((path) => ({ path: formatPath(path), ...model.topology.locate(path) })),
    };
    if (without !== undefined) evidence.without = without;
    const count = traced.get(code) ?? 0;
    if (question && count < MOST_TRACES_OF_A_CODE) {
      traced.set(code, count + 1);
      evidence.trace = traceOf(model, question, without);
    }
    return { code, severity: severityOf(draft), subject, evidence, remedy };
  };
}

function traceOf(model: Model, { network, name }: NonNullable<Draft['question']>, without?: string): Trace {
  const failure = without === undefined ? undefined : parseFailure(without, model.topology);
  const failed = failure?.ok ? [failure.failure] : [];
  return traceName(model, {
    from: network,
    name,
    type: /\.arpa\.$/.test(name) ? 'PTR' : 'A',
    without: failed,
  });
}
