import { type JsonSchema, readIssues, type SchemaIssue } from '../schema/issues.ts';
import { type Path, valueAt } from '../schema/path.ts';
import { topologyJsonSchema, topologySchema } from './schema.ts';

/** A value read by the schema, slips put right for the rest of the run. */
export type ReadValue = {
  /** The value with the slips put right. */
  value: unknown;
  /** What is reported of slips that are put right. */
  slips: SchemaIssue[];
  /** What is wrong besides, with `value`. */
  issues: SchemaIssue[];
  /** A path in `value` → the path of the same part as the file has it. */
  asWritten: (path: Path) => Path;
};

/** No file nests deeper: each round lays open at most what stands one level below. */
const MOST_ROUNDS = 12;

/**
 * What the schema has against a value. A misspelt key and a misspelt word, where it is clear which one was meant, are reported and then taken
 * for what was meant: otherwise everything below them would have to wait for the next run.
 */
export function readPastSlips(written: unknown): ReadValue {
  const schema = topologyJsonSchema() as JsonSchema;
  const keys = new Map<string, string | number>();
  const slips: SchemaIssue[] = [];
  let value = written;
  let issues = issuesOf(value, schema);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const mendable = issues.filter((issue) => isClear(issue, issues, value));
    if (mendable.length === 0) break;
    for (const issue of mendable) {
      const { path, meant } = issue;
      if (meant) keys.set(JSON.stringify(meant), path.at(-1)!);
      value = meant ? withKeyRenamed(value, path, meant) : withValue(value, path, issue.instead);
    }
    slips.push(...mendable.map((issue) => ({ ...issue, path: asWritten(issue.path) })));
    issues = issuesOf(value, schema);
  }
  return { value, slips, issues, asWritten };

  function asWritten(path: Path): Path {
    return path.map((key, index) => keys.get(JSON.stringify(path.slice(0, index + 1))) ?? key);
  }
}

function issuesOf(value: unknown, schema: JsonSchema): SchemaIssue[] {
  const result = topologySchema.safeParse(value);
  return result.success ? [] : readIssues(result.error.issues, value, schema);
}

/** A value that has a likely other one; a key that is the only one to stand for one that is not there. */
function isClear(
  { path, meant, instead }: SchemaIssue,
  all: readonly SchemaIssue[],
  value: unknown,
): boolean {
  if (!meant) return instead !== undefined;
  const target = JSON.stringify(meant);
  const rivals = all.filter((issue) => issue.meant && JSON.stringify(issue.meant) === target);
  const parent = valueAt(value, path.slice(0, -1)) as object;
  return rivals.length === 1 && !Object.hasOwn(parent, meant.at(-1)!);
}

function withKeyRenamed(value: unknown, path: Path, meant: Path): unknown {
  const parent = path.slice(0, -1);
  const entries = Object.entries(valueAt(value, parent) as object);
  const renamed = entries.map(([key, each]) => [key === path.at(-1) ? meant.at(-1)! : key, each]);
  return withValue(value, parent, Object.fromEntries(renamed));
}

/** A copy of the value that has another one at the path. */
function withValue(value: unknown, path: Path, replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  const inner = withValue((value as Record<string | number, unknown>)[key], rest, replacement);
  if (Array.isArray(value)) return value.with(Number(key), inner);
  return { ...(value as object), [key]: inner };
}
