import { isMet, type RequestContext } from './condition.ts';
import { matchArn, matchPattern } from './match-pattern.ts';
import type { Policy, Selection, Statement } from './policy.ts';

/** One action on one resource. */
export type Access = {
  /** `ec2:AttachNetworkInterface` */
  action: string;
  /** An ARN, or `*` where an action has no resource. */
  resource: string;
  context: RequestContext;
};

export type Decision = 'allowed' | 'explicitly-denied' | 'not-allowed';

/** A statement that denies is stronger than any that allows; what none allows is denied. */
export function decide(policies: readonly Policy[], access: Access): Decision {
  const applying = policies.flatMap(({ statements }) => statements).filter((each) => applies(each, access));
  if (applying.some(({ effect }) => effect === 'Deny')) return 'explicitly-denied';
  return applying.length > 0 ? 'allowed' : 'not-allowed';
}

function applies({ actions, resources, conditions }: Statement, access: Access): boolean {
  return (
    selects(actions, access.action, matchAction) &&
    selects(resources, access.resource, matchArn) &&
    conditions.every((condition) => isMet(condition, access.context))
  );
}

function selects(
  { not, patterns }: Selection,
  text: string,
  match: (pattern: string, text: string) => boolean,
): boolean {
  return patterns.some((pattern) => match(pattern, text)) !== not;
}

function matchAction(pattern: string, action: string): boolean {
  return matchPattern(pattern.toLowerCase(), action.toLowerCase());
}
