import { type Condition, readCondition } from './condition.ts';
import { PolicyError } from './policy-error.ts';

/**
 * What a role may do: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html.
 * An identity's policies: `Principal` has no place in them.
 */
export type Policy = { statements: readonly Statement[] };

export type Statement = {
  sid: string | undefined;
  effect: 'Allow' | 'Deny';
  actions: Selection;
  resources: Selection;
  /** All of them have to hold. */
  conditions: readonly Condition[];
};

/** By patterns: what one of them fits, or with `not` what none of them does. */
export type Selection = { not: boolean; patterns: readonly string[] };

/** Characters: the most that IAM takes in a role's inline policies. */
const LONGEST_DOCUMENT = 10_240;

/** @throws PolicyError for what IAM would refuse, and for what is not known here: a statement is never half understood */
export function parsePolicy(document: string): Policy {
  if (document.length > LONGEST_DOCUMENT) {
    throw new PolicyError('', `has ${document.length} characters; at most ${LONGEST_DOCUMENT} are possible`);
  }
  const policy = readObject(parseJson(document), '');
  allowKeys(policy, ['Version', 'Id', 'Statement'], '');
  const version = policy.Version ?? '2008-10-17';
  if (version !== '2012-10-17' && version !== '2008-10-17') {
    throw new PolicyError('Version', `is ${JSON.stringify(version)}; it has to be "2012-10-17"`);
  }
  const statements = Array.isArray(policy.Statement) ? policy.Statement : [policy.Statement];
  return { statements: statements.map((each, index) => readStatement(each, `Statement[${index}]`)) };
}

const STATEMENT_KEYS = [
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
] as const;

function readStatement(value: unknown, place: string): Statement {
  const statement = readObject(value, place);
  allowKeys(statement, STATEMENT_KEYS, place);
  const { Sid: sid, Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny') {
    throw new PolicyError(`${place}.Effect`, `is ${JSON.stringify(effect)}; it has to be "Allow" or "Deny"`);
  }
  if (sid !== undefined && typeof sid !== 'string') throw new PolicyError(`${place}.Sid`, 'has to be a text');
  const conditions = Object.entries(readObject(statement.Condition ?? {}, `${place}.Condition`));
  return {
    sid,
    effect,
    actions: readSelection(statement, 'Action', place, checkAction),
    resources: readSelection(statement, 'Resource', place, checkResource),
    conditions: conditions.flatMap(([operator, keys]) => {
      const at = `${place}.Condition.${operator}`;
      return Object.entries(readObject(keys, at)).map(([key, values]) =>
        readCondition(operator, key, readTexts(values, `${at}.${key}`), at),
      );
    }),
  };
}

function readSelection(
  statement: Record<string, unknown>,
  name: 'Action' | 'Resource',
  place: string,
  check: (pattern: string, place: string) => void,
): Selection {
  const { [name]: chosen, [`Not${name}`]: left } = statement;
  if ((chosen === undefined) === (left === undefined)) {
    throw new PolicyError(place, `needs either ${name} or Not${name}`);
  }
  const at = `${place}.${chosen === undefined ? 'Not' : ''}${name}`;
  const patterns = readTexts(chosen ?? left, at);
  if (patterns.length === 0) throw new PolicyError(at, 'is empty');
  for (const pattern of patterns) check(pattern, at);
  return { not: chosen === undefined, patterns };
}

function checkAction(pattern: string, place: string): void {
  if (pattern === '*' || /^[a-z0-9-]+:[a-z0-9*?]+$/i.test(pattern)) return;
  throw new PolicyError(
    place,
    `has ${JSON.stringify(pattern)}; an action is written as "ec2:DescribeInstances"`,
  );
}

function checkResource(pattern: string, place: string): void {
  if (pattern.includes('${')) {
    throw new PolicyError(place, `has ${JSON.stringify(pattern)}; policy variables are not known here`);
  }
  if (pattern === '*' || /^arn:([^:]*:){4}./.test(pattern)) return;
  throw new PolicyError(
    place,
    `has ${JSON.stringify(pattern)}; a resource is an ARN of six parts, or "*" for all`,
  );
}

function readTexts(value: unknown, place: string): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values.map((each) => {
    if (typeof each === 'boolean' || typeof each === 'number') return String(each);
    if (typeof each === 'string') return each;
    throw new PolicyError(place, `has ${JSON.stringify(each)}; a text or a list of texts was expected`);
  });
}

function readObject(value: unknown, place: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new PolicyError(place, `is ${JSON.stringify(value) ?? 'missing'}; an object was expected`);
}

function allowKeys(value: Record<string, unknown>, known: readonly string[], place: string): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new PolicyError(place, `has ${JSON.stringify(unknown)}; known are ${known.join(', ')}`);
  }
}

function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (error) {
    throw new PolicyError('', `is no JSON: ${(error as Error).message}`);
  }
}
