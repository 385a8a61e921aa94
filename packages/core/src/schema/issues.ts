import type { z } from 'zod';
import { nearest, suggestion } from './nearest.ts';
import { formatPath, type Path, showValue, valueAt } from './path.ts';

/** What a schema has against a value, in words for the person who wrote it. */
export type SchemaIssue = {
  /** Stable: `missing-key`, `unknown-key`, `bad-key`, `wrong-type`, `bad-value`, or the code that a schema gave. */
  code: string;
  path: Path;
  /** Whether the key itself is wrong, or what it holds. */
  at: 'key' | 'value';
  value: unknown;
  message: string;
  remedy: string;
  /** Where the key is unknown: the path of the known one that it most likely stands for. */
  meant?: Path;
  /** Where the value is a slip: what it most likely stands for. */
  instead?: unknown;
};

/** The part of JSON Schema that `z.toJSONSchema` writes and that issues are explained from. */
export type JsonSchema = {
  description?: string;
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
};

type Issue = z.core.$ZodIssue;
type Found = { path: Path; issue: Issue };

/** Translates everything zod reports about `value`; `schema` is the JSON Schema of the same zod schema. */
export function readIssues(issues: readonly Issue[], value: unknown, schema: JsonSchema): SchemaIssue[] {
  return issues.flatMap((issue) => readIssue({ path: issue.path as Path, issue }, value, schema));
}

/** The issues to show: a key that is missing because it is misspelt is one mistake, not two. */
export function withoutEchoes(issues: readonly SchemaIssue[]): SchemaIssue[] {
  const misspelt = new Set(issues.map(({ meant }) => meant && formatPath(meant)));
  return issues.filter(({ code, path }) => code !== 'missing-key' || !misspelt.has(formatPath(path)));
}

function readIssue({ path, issue }: Found, root: unknown, schema: JsonSchema): SchemaIssue[] {
  const value = valueAt(root, path);
  const at = (code: string, message: string, remedy: string): SchemaIssue[] => [
    { code, path, at: 'value', value, message, remedy },
  ];
  if (value === undefined && issue.code !== 'custom' && issue.code !== 'unrecognized_keys') {
    const misspelt = misspeltDiscriminator(path, issue, root);
    if (misspelt !== undefined) return [unknownKey(misspelt, path.slice(0, -1), root, schema)];
    const description = schemasAt(schema, path, root)[0]?.description;
    const options = optionsOf(issue);
    const what = description ?? (options.length > 0 ? `one of ${options.join(', ')}` : undefined);
    return at('missing-key', 'is missing', what === undefined ? 'add it' : `add it: ${what}`);
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, root, schema));
    case 'invalid_key': {
      const [inner] = issue.issues;
      const [read] = inner ? readIssue({ path: [], issue: inner }, path.at(-1), schema) : [];
      const { code, message, remedy } = read ?? { code: 'bad-key', message: issue.message, remedy: '' };
      return [{ code, path, at: 'key', value: path.at(-1), message, remedy }];
    }
    case 'invalid_type':
      return at(
        'wrong-type',
        `is ${article(value)}`,
        `write ${expected(issue.expected)}${hint(issue.expected, value)}`,
      );
    case 'invalid_value':
      return [unknownValue(path, value, optionsOf(issue))];
    case 'invalid_union':
      if (issue.errors.length === 0) return [unknownValue(path, value, optionsOf(issue))];
      return readUnion(issue.errors, path, root, schema);
    case 'custom':
      return [customIssue(path, issue, value)];
    default:
      return at('bad-value', `${showValue(value)} is not allowed`, issue.message);
  }
}

/** A custom issue may carry `params`: the code, the remedy, and what the value most likely stands for. */
function customIssue(
  path: Path,
  { params, message }: Issue & { code: 'custom' },
  value: unknown,
): SchemaIssue {
  return {
    code: typeof params?.code === 'string' ? params.code : 'bad-value',
    path,
    at: 'value',
    value,
    message: params?.remedy === undefined ? `${showValue(value)} is not allowed` : message,
    remedy: params?.remedy === undefined ? message : String(params.remedy),
    ...(params?.instead === undefined ? {} : { instead: params.instead }),
  };
}

function unknownValue(path: Path, value: unknown, options: readonly string[]): SchemaIssue {
  const near = typeof value === 'string' ? nearest(value, options) : undefined;
  return {
    code: 'bad-value',
    path,
    at: 'value',
    value,
    message: `${showValue(value)} is not known`,
    remedy: oneOf(value, options),
    ...(near === undefined ? {} : { instead: near }),
  };
}

/** Without the key that decides a union zod looks at no other one: the one that was meant for it, where there is one. */
function misspeltDiscriminator(path: Path, issue: Issue, root: unknown): string | undefined {
  if (issue.code !== 'invalid_union' || issue.errors.length > 0) return undefined;
  const parent = valueAt(root, path.slice(0, -1)) as object;
  const wanted = String(path.at(-1));
  return Object.keys(parent).find((key) => key !== wanted && nearest(key, [wanted]) !== undefined);
}

function wantsList(branch: readonly Issue[]): boolean {
  return branch.some(
    (issue) => issue.code === 'invalid_type' && issue.expected === 'array' && issue.path.length === 0,
  );
}

function unknownKey(key: string, parent: Path, root: unknown, schema: JsonSchema): SchemaIssue {
  const path = [...parent, key];
  const known = schemasAt(schema, parent, root).flatMap((at) => Object.keys(at.properties ?? {}));
  const meant = nearest(key, known);
  return {
    ...(meant === undefined ? {} : { meant: [...parent, meant] }),
    code: 'unknown-key',
    path,
    at: 'key',
    value: valueAt(root, path),
    message: 'is not a known key',
    remedy: suggestion(key, [...new Set(known)], 'key'),
  };
}

/** The alternative that was most likely meant is the one that fails deepest; a wrong type at the top is the weakest sign. */
function readUnion(
  branches: readonly Issue[][],
  path: Path,
  root: unknown,
  schema: JsonSchema,
): SchemaIssue[] {
  // A list or a map is never a misspelt word.
  const isOtherKind = ({ code, path: below }: Issue) =>
    code === 'invalid_type' ||
    (code === 'invalid_value' && typeof valueAt(root, [...path, ...(below as Path)]) === 'object');
  const depth = (branch: readonly Issue[]) =>
    Math.min(...branch.map((issue) => (isOtherKind(issue) ? 0 : 1) + issue.path.length * 2));
  const best = branches.reduce((chosen, branch) => (depth(branch) > depth(chosen) ? branch : chosen));
  const text = valueAt(root, path);
  if (typeof text === 'string' && branches.some(wantsList)) {
    const words = branches.flatMap((branch) => branch.flatMap(optionsOf));
    if (words.length > 0 && nearest(text, words) === undefined) {
      const remedy = `write a list: [${showValue(text)}], or ${words.join(', or ')}`;
      return [
        {
          code: 'bad-value',
          path,
          at: 'value',
          value: text,
          message: `${showValue(text)} is not known`,
          remedy,
        },
      ];
    }
  }
  if (depth(best) > 0) {
    return best.flatMap((issue) =>
      readIssue({ path: [...path, ...(issue.path as Path)], issue }, root, schema),
    );
  }
  const value = valueAt(root, path);
  const alternatives = branches.flat().map((issue) => ('expected' in issue ? expected(issue.expected) : ''));
  const remedy = `write ${[...new Set(alternatives)].filter((text) => text !== '').join(' or ')}`;
  return [{ code: 'wrong-type', path, at: 'value', value, message: `is ${article(value)}`, remedy }];
}

/** The schemas that may hold at a path: several where a union is not decided by a constant such as `kind`. */
function schemasAt(schema: JsonSchema, path: Path, root: unknown): JsonSchema[] {
  let schemas = alternatives(schema, root);
  let value = root;
  for (const key of path) {
    value = valueAt(value, [key]);
    schemas = schemas.flatMap((at) => {
      const next = typeof key === 'number' ? at.items : (at.properties?.[key] ?? at.additionalProperties);
      return typeof next === 'object' ? alternatives(next, value) : [];
    });
  }
  return schemas;
}

function alternatives(schema: JsonSchema, value: unknown): JsonSchema[] {
  const union = schema.anyOf ?? schema.oneOf;
  if (!union) return [schema];
  const fitting = union.filter((option) =>
    Object.entries(option.properties ?? {}).every(
      ([key, property]) => property.const === undefined || property.const === valueAt(value, [key]),
    ),
  );
  const inherited = schema.description === undefined ? {} : { description: schema.description };
  return (fitting.length > 0 ? fitting : union).flatMap((option) =>
    alternatives({ ...inherited, ...option }, value),
  );
}

/** The values that an enumeration, or the key that decides a union, may have. */
function optionsOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
}

function oneOf(value: unknown, options: readonly string[]): string {
  return typeof value === 'string'
    ? suggestion(value, options, 'value')
    : `write one of ${options.join(', ')}`;
}

const EXPECTED: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
};

function expected(type: string): string {
  return EXPECTED[type] ?? type;
}

function article(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return `the text ${showValue(value)}`;
  return showValue(value);
}

function hint(type: string, value: unknown): string {
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean'))
    return `: "${value}", in quotes`;
  if (type === 'array' && typeof value === 'string') return `: [${showValue(value)}]`;
  return '';
}
