import { matchArn, matchPattern } from './match-pattern.ts';
import { PolicyError } from './policy-error.ts';

/** One key of one operator: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
export type Condition = {
  /** In lower case, as keys are compared without it. */
  key: string;
  /** Of the values that a request has for the key: is it enough that one fits, or have all to? */
  quantifier: 'one' | 'ForAnyValue' | 'ForAllValues';
  test: Test;
  /** Without a value in the request, the condition holds. */
  ifExists: boolean;
  values: readonly string[];
};

/** `not` holds where no value fits. */
type Test = { kind: 'null' } | { kind: 'value'; fits: Fit; not: boolean };
type Fit = (expected: string, actual: string) => boolean;

/** What is known of a request, by condition keys in lower case; a key that is not there has no value. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

const isEqual: Fit = (expected, actual) => expected === actual;
const isEqualIgnoringCase: Fit = (expected, actual) => expected.toLowerCase() === actual.toLowerCase();

const TESTS: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['StringEquals', { kind: 'value', fits: isEqual, not: false }],
  ['StringNotEquals', { kind: 'value', fits: isEqual, not: true }],
  ['StringEqualsIgnoreCase', { kind: 'value', fits: isEqualIgnoringCase, not: false }],
  ['StringNotEqualsIgnoreCase', { kind: 'value', fits: isEqualIgnoringCase, not: true }],
  ['StringLike', { kind: 'value', fits: matchPattern, not: false }],
  ['StringNotLike', { kind: 'value', fits: matchPattern, not: true }],
  ['ArnEquals', { kind: 'value', fits: matchArn, not: false }],
  ['ArnNotEquals', { kind: 'value', fits: matchArn, not: true }],
  ['ArnLike', { kind: 'value', fits: matchArn, not: false }],
  ['ArnNotLike', { kind: 'value', fits: matchArn, not: true }],
  ['Bool', { kind: 'value', fits: isEqualIgnoringCase, not: false }],
  ['Null', { kind: 'null' }],
]);

/**
 * @param operator with its quantifier and `IfExists`: `ForAnyValue:StringLikeIfExists`
 * @throws PolicyError for operators that are not known here
 */
export function readCondition(
  operator: string,
  key: string,
  values: readonly string[],
  place: string,
): Condition {
  const [, quantifier = 'one', name = '', ifExists] =
    /^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]*?)(IfExists)?$/.exec(operator) ?? [];
  const test = TESTS.get(name);
  if (!test) {
    throw new PolicyError(place, `is not known; known operators are ${[...TESTS.keys()].join(', ')}`);
  }
  if (test.kind === 'null' && !values.every((value) => value === 'true' || value === 'false')) {
    throw new PolicyError(place, `has ${JSON.stringify(values)}; Null is "true" or "false"`);
  }
  const variable = values.find((value) => value.includes('${'));
  if (variable !== undefined) {
    throw new PolicyError(place, `has ${JSON.stringify(variable)}; policy variables are not known here`);
  }
  return {
    key: key.toLowerCase(),
    quantifier: quantifier as Condition['quantifier'],
    test,
    ifExists: ifExists !== undefined,
    values,
  };
}

export function isMet(
  { key, quantifier, test, ifExists, values }: Condition,
  context: RequestContext,
): boolean {
  const actual = context.get(key);
  if (test.kind === 'null') return values.includes(String(actual === undefined));
  if (quantifier === 'ForAllValues') return (actual ?? []).every((each) => fits(test, values, each));
  if (actual === undefined) return ifExists || (test.not && quantifier === 'one');
  if (test.not && quantifier === 'one') return actual.every((each) => fits(test, values, each));
  return actual.some((each) => fits(test, values, each));
}

function fits(
  { fits, not }: { fits: Fit; not: boolean },
  values: readonly string[],
  actual: string,
): boolean {
  return values.some((expected) => fits(expected, actual)) !== not;
}
